import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { z } from 'zod';
import { repository } from '../../src/mesh/paths.ts';
import { startTestMesh, type TestMesh } from '../harness.ts';

type Variables = Readonly<Record<string, unknown>>;

/** How somebody asks who may do everything. */
export type Asking = {
  readonly system: TestMesh;
  readonly token: string;
  /** The data of an answer that must have no errors. */
  readonly ask: (query: string, variables?: Variables) => Promise<unknown>;
  /** Runs a mutation that takes `input`, and gives the id of what it made. */
  readonly make: (mutation: string, input: Variables) => Promise<string>;
};

const madeSchema = z.object({ made: z.object({ id: z.string() }) });

export async function startAsking(): Promise<Asking> {
  const system = await startTestMesh();
  const token = await system.token({ roles: ['admin'] });
  const ask: Asking['ask'] = async (query, variables = {}) => {
    const { data, errors } = await system.graphql({ token, query, variables });
    expect(errors).toEqual([]);
    return data;
  };
  return {
    system,
    token,
    ask,
    make: async (mutation, input) => {
      const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
      const query = `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`;
      return madeSchema.parse(await ask(query, { input })).made.id;
    },
  };
}

/** An operation as GraphiQL shows it. */
export const example = (name: string): string =>
  readFileSync(join(repository, 'gateway/examples', `${name}.graphql`), 'utf8');

/** An operation as the README has it. */
export function operationOfReadme(name: string): string {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const found = new RegExp(`\`\`\`graphql\\n((?:query|mutation) ${name}[\\s\\S]*?)\`\`\``).exec(
    readme,
  );
  if (!found?.[1]) throw new Error(`The README has no ${name}`);
  return found[1];
}
