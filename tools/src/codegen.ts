import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';

const schemas = new URL('../../schemas/subgraphs/', import.meta.url);

export type CodegenOptions = {
  readonly subgraph: string;
  readonly out: string;
  /** The TypeScript type behind each GraphQL type that has one: `./customer/customer.ts#Customer`. */
  readonly models: Readonly<Record<string, string>>;
};

/** Writes the resolver types and the parsed schema of one subgraph. */
export async function generate({ subgraph, out, models }: CodegenOptions): Promise<void> {
  const sdl = readFileSync(new URL(`${subgraph}.graphql`, schemas), 'utf8');
  const mappers = Object.fromEntries(
    Object.entries(models).map(([name, path]) => [name, `../${path} as ${name}Model`]),
  );

  const types = await codegen({
    filename: 'resolvers.ts',
    schema: parse(sdl),
    documents: [],
    pluginMap: { typescript, resolvers },
    plugins: [{ typescript: {} }, { resolvers: {} }],
    config: {
      contextType: '../context.ts#Context',
      emitLegacyCommonJSImports: false,
      enumsAsTypes: true,
      federation: true,
      immutableTypes: true,
      mappers,
      scalars: { DateTime: 'Date', ID: 'string' },
      useTypeImports: true,
    },
  });

  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'resolvers.ts'), types);
  writeFileSync(
    join(out, 'type-defs.ts'),
    `import { parse } from 'graphql';\n\nexport const typeDefs = parse(${JSON.stringify(sdl)});\n`,
  );
}
