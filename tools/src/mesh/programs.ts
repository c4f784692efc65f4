import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isStale, markFresh } from '../../stale.mjs';
import { bundle, projectPrograms } from '../build.ts';
import { answers } from './http-ready.ts';
import type { Mesh } from './mesh.ts';
import { repository } from './paths.ts';
import {
  applications,
  demoProgram,
  folderOf,
  issuerUrl,
  keeperProgram,
  lean,
  node,
} from './plan.ts';
import type { PortName } from './ports.ts';
import type { Plan } from './supervise.ts';

/** Stand-ins for what is outside the company, each a process of its own. */
export const helpers = ['issuer', 'mail', 'sms'] as const;

export type Helper = (typeof helpers)[number];

/** Where a helper answers over HTTP. */
const pages: Readonly<Record<Helper, PortName>> = {
  issuer: 'issuer',
  mail: 'mail-page',
  sms: 'sms',
};

export const helperUrl = ({ ports }: Mesh, name: Helper): string =>
  `http://127.0.0.1:${ports[pages[name]]}`;

const keeperSource = { out: keeperProgram, source: 'services/keeper/src/main.ts' };
/** For operators elsewhere; here `npm run mesh` does the same. */
const askSource = { out: 'services/keeper/dist/ask.js', source: 'services/keeper/src/ask.ts' };

/** Bundles what `npm start` runs, and what it needs before everything else is built. */
export async function buildSupervisor(): Promise<string> {
  const supervisor = 'tools/dist/start.js';
  const program = join(repository, supervisor);
  // When this is that program, `npm start` has seen to it.
  if (fileURLToPath(import.meta.url) !== program) {
    await bundle(repository, {
      [supervisor]: 'tools/src/mesh/start.ts',
      [keeperProgram]: keeperSource.source,
    });
  }
  return program;
}

const sources = ['gateway/src', 'services', 'schemas', 'tools/src'].map((folder) =>
  join(repository, folder),
);

/** Bundles every program of the mesh at once, unless nothing has changed since the last time. */
export async function buildPrograms(): Promise<void> {
  const stamp = join(repository, 'tools/dist/.programs');
  const entries = programEntries();
  const isBuilt = Object.keys(entries).every((out) => existsSync(join(repository, out)));
  if (isBuilt && !isStale(stamp, sources)) return;
  const startedAt = new Date();
  await bundle(repository, entries);
  markFresh(stamp, startedAt);
}

function programEntries(): Readonly<Record<string, string>> {
  const projects = applications.flatMap((name) =>
    Object.entries(projectPrograms).map(([program, source]) => ({
      out: `${folderOf(name)}/dist/${program}.js`,
      source: `${folderOf(name)}/${source}`,
    })),
  );
  const own = [...helpers, 'balancer', 'issuer-token'].map((name) => ({
    out: `tools/dist/${name}.js`,
    source: `tools/src/mesh/${name}.ts`,
  }));
  const demo = { out: demoProgram, source: 'tools/src/seed/demo.ts' };
  const entries = [...projects, ...own, keeperSource, askSource, demo].filter(({ source }) =>
    existsSync(join(repository, source)),
  );
  return Object.fromEntries(entries.map(({ out, source }) => [out, source]));
}

export const planHelper = (mesh: Mesh, name: Helper): Plan => ({
  name,
  command: node(`tools/dist/${name}.js`, lean),
  env: {
    GUANXI_HOME: mesh.home.root,
    PORT: String(mesh.ports[name]),
    PAGE_PORT: String(mesh.ports[pages[name]]),
    TOKEN_ISSUER: issuerUrl(mesh),
    ...(name === 'sms' && {
      SMS_KEY: mesh.secrets.deliveryKey,
      SMS_INBOUND_URL: `http://127.0.0.1:${mesh.ports.gateway}/hooks/care/sms/replies`,
    }),
  },
  isReady: () => answers(`${helperUrl(mesh, name)}/readyz`),
  readyMsMax: 120_000,
  graceMs: 5000,
});
