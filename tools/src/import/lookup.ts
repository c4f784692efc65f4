import { z } from 'zod';
import type { GraphClient } from '../graph-client.ts';
import { lookupKinds, type LookupTarget } from './lookup-kinds.ts';
import type { Reference } from './record.ts';

/** The id of what a text names, or what is wrong with the text. */
type Found = { readonly id: string } | { readonly problem: string };

/** Finds the ids of what the records of a batch name, and gives them by reference. */
export type Lookup = (references: readonly Reference[]) => Promise<ReadonlyMap<unknown, Found>>;

/** A page of a list. */
const keysPerQuery = 100;
const rememberedMax = 50_000;

const foundSchema = z.object({
  found: z.object({ nodes: z.array(z.object({ id: z.string(), key: z.string().nullable() })) }),
});

export function createLookup(client: GraphClient): Lookup {
  const remembered = new Map<string, string>();

  async function find(target: LookupTarget, keys: readonly string[]): Promise<Map<string, Found>> {
    const unknown = [...new Set(keys)].filter((key) => !remembered.has(nameOf(target, key)));
    const found = new Map<string, Found>();
    for (let at = 0; at < unknown.length; at += keysPerQuery) {
      const asked = unknown.slice(at, at + keysPerQuery);
      for (const [key, id] of await ask(client, target, asked)) found.set(key, id);
    }
    for (const key of keys) {
      const id = remembered.get(nameOf(target, key));
      if (id !== undefined) found.set(fold(key), { id });
    }
    if (remembered.size > rememberedMax) remembered.clear();
    for (const [key, each] of found) {
      if ('id' in each) remembered.set(nameOf(target, key), each.id);
    }
    return found;
  }

  return async (references) => {
    const ids = new Map<Reference, Found>();
    for (const [target, group] of byTarget(references)) {
      const found = await find(
        target,
        group.map(({ key }) => key),
      );
      const problem = `no ${target.entity} has this ${target.by}`;
      for (const reference of group) {
        ids.set(reference, found.get(fold(reference.key)) ?? { problem });
      }
    }
    return ids;
  };
}

function byTarget(references: readonly Reference[]): Map<LookupTarget, Reference[]> {
  const groups = new Map<LookupTarget, Reference[]>();
  for (const reference of references) {
    const group = groups.get(reference.target) ?? [];
    group.push(reference);
    groups.set(reference.target, group);
  }
  return groups;
}

async function ask(
  client: GraphClient,
  { entity, by }: LookupTarget,
  keys: readonly string[],
): Promise<Map<string, Found>> {
  const { found } = await client.execute(
    {
      document: `query Find($keys: [String!]!) {
        found: ${lookupKinds[entity].query}(where: { ${by}: { in: $keys } }, first: ${keysPerQuery}) {
          nodes { id key: ${by} }
        }
      }`,
      data: foundSchema,
    },
    { keys },
  );
  const result = new Map<string, Found>();
  for (const { id, key } of found.nodes) {
    const name = fold(key ?? '');
    const problem = `more than one ${entity} has this ${by}`;
    result.set(name, result.has(name) ? { problem } : { id });
  }
  return result;
}

const nameOf = ({ entity, by }: LookupTarget, key: string): string =>
  `${entity}.${by}.${fold(key)}`;

/** The graph compares without regard to case. */
const fold = (key: string): string => key.toLowerCase();
