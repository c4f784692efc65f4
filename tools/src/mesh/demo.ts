import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Mesh } from './mesh.ts';
import { mintToken } from './mint.ts';
import { repository } from './paths.ts';
import { demoProgram } from './plan.ts';
import { step } from './say.ts';

/** What a loader of the demo company works with: the graph, like every other client. */
export type DemoTarget = {
  readonly graphqlUrl: string;
  /** A token of someone who may do everything. */
  readonly token: string;
};

const program = join(repository, demoProgram);

const moduleSchema = z.object({
  loadDemo: z.custom<(target: DemoTarget) => Promise<void>>(
    (value) => typeof value === 'function',
    'tools/src/seed/demo.ts exports no loadDemo',
  ),
});

/** Gives a new mesh a small company to look at. It must be safe to run again after half of it. */
export async function loadDemoOnce(mesh: Mesh): Promise<void> {
  const loaded = join(mesh.home.root, 'demo-loaded');
  if (mesh.parts !== 'all' || existsSync(loaded) || !existsSync(program)) return;

  const { loadDemo } = moduleSchema.parse(await import(pathToFileURL(program).href));
  const token = await mintToken(mesh, { roles: ['admin'] });
  await step('demo company', () => loadDemo({ graphqlUrl: graphqlUrl(mesh), token }));
  writeFileSync(loaded, '');
}

export const graphqlUrl = ({ ports }: Mesh): string => `http://127.0.0.1:${ports.gateway}/graphql`;
