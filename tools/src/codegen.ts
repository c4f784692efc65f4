import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { Kind, parse, print } from 'graphql';
import { subgraphSdl } from './schemas.ts';

/** What stands behind the types of the shared schema. */
const sharedModels = {
  VocabularyTerm: '@crm/kit/record/vocabulary#VocabularyTerm',
  AggregateResult: '@crm/kit/record/aggregate#AggregateResult',
  FieldChangeConnection: '@crm/kit/record/audit#FieldChangeConnection',
  BulkResult: '@crm/kit/record/upsert#BulkResult',
};

export type CodegenOptions = {
  readonly subgraph: string;
  readonly out: string;
  /** The TypeScript type behind each GraphQL type that has one: `./customer/customer.ts#Customer`. */
  readonly models: Readonly<Record<string, string>>;
};

/** Writes the resolver types and the parsed schema of one subgraph. */
export async function generate({ subgraph, out, models }: CodegenOptions): Promise<void> {
  const sdl = subgraphSdl(subgraph);
  const mappers = Object.fromEntries(
    Object.entries({ ...sharedModels, ...models }).map(([name, path]) => [
      name,
      `${path.startsWith('@') ? '' : '../'}${path} as ${name}Mapped`,
    ]),
  );

  const types = await codegen({
    filename: 'resolvers.ts',
    schema: parse(sdl),
    documents: [],
    pluginMap: { typescript, resolvers },
    plugins: [{ typescript: {} }, { resolvers: {} }],
    config: {
      avoidOptionals: { defaultValue: true },
      contextType: '../context.ts#Context',
      emitLegacyCommonJSImports: false,
      enumsAsTypes: true,
      federation: true,
      immutableTypes: true,
      mappers: { ...connections(models, sdl), ...mappers },
      scalars: {
        Date: 'string',
        DateTime: 'Date',
        Decimal: 'string',
        ID: 'string',
        JSON: 'unknown',
      },
      useTypeImports: true,
    },
  });

  mkdirSync(out, { recursive: true });
  writeFileSync(
    join(out, 'resolvers.ts'),
    `import type { Connection } from '@crm/kit/record/page';\n${types}`,
  );
  writeFileSync(
    join(out, 'type-defs.ts'),
    `import { parse } from 'graphql';\n\nexport const typeDefs = parse(${JSON.stringify(sdl)});\n`,
  );
}

/** `XConnection` is the kit's page of whatever stands behind X. */
function connections(
  models: Readonly<Record<string, string>>,
  sdl: string,
): Record<string, string> {
  const pages = parse(sdl).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
    const nodes = definition.fields?.find(({ name }) => name.value === 'nodes');
    const type = nodes ? print(nodes.type).replaceAll(/\W/g, '') : '';
    return models[type] ? [[definition.name.value, `Connection<${type}Mapped>`]] : [];
  });
  return Object.fromEntries(pages);
}
