import { z } from 'zod';
import type { GraphClient } from '../../graph-client.ts';

/** The ids of records by the code that the company knows them by. */
export type Ids = ReadonlyMap<string, string>;

type Bulk = {
  readonly mutation: string;
  readonly rows: readonly object[];
};

const resultSchema = z.object({
  result: z.object({
    rows: z.array(
      z.object({
        id: z.string().nullable(),
        problems: z.array(z.object({ path: z.string(), message: z.string() })),
      }),
    ),
  }),
});

/** Calls a bulk mutation and gives the ids of its rows in their order; no row may be refused. */
export async function saveAll(client: GraphClient, { mutation, rows }: Bulk): Promise<string[]> {
  const inputType = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const { result } = await client.execute(
    {
      document: `mutation Demo($input: ${inputType}!) {
        result: ${mutation}(input: $input) { rows { id problems { path message } } }
      }`,
      data: resultSchema,
    },
    { input: { rows, clientMutationId: client.idOf(`${mutation}${JSON.stringify(rows)}`) } },
  );
  return result.rows.map(({ id, problems }, at) => {
    if (id !== null && problems.length === 0) return id;
    throw new Error(`${mutation} refused ${JSON.stringify(rows[at])}: ${JSON.stringify(problems)}`);
  });
}

/** The same for rows that have a code. */
export async function saveByCode(
  client: GraphClient,
  { mutation, rows }: { readonly mutation: string; readonly rows: readonly { code: string }[] },
): Promise<Ids> {
  const ids = await saveAll(client, { mutation, rows });
  return new Map(rows.map(({ code }, at) => [code, ids[at] ?? '']));
}

const oneSchema = z.object({ result: z.object({ id: z.string() }) });

/** Calls a mutation that makes or changes one record, and gives its id. */
export async function saveOne(
  client: GraphClient,
  mutation: string,
  input: object,
): Promise<string> {
  const inputType = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const { result } = await client.execute(
    {
      document: `mutation Demo($input: ${inputType}!) { result: ${mutation}(input: $input) { id } }`,
      data: oneSchema,
    },
    { input: { ...input, clientMutationId: client.idOf(`${mutation}${JSON.stringify(input)}`) } },
  );
  return result.id;
}

/** Whether a list of the graph holds nothing: records without a number of their own are loaded once. */
export async function isEmpty(client: GraphClient, list: string): Promise<boolean> {
  const { list: found } = await client.execute(
    {
      document: `query Demo { list: ${list}(first: 1) { nodes { id } } }`,
      data: z.object({ list: z.object({ nodes: z.array(z.object({ id: z.string() })) }) }),
    },
    {},
  );
  return found.nodes.length === 0;
}

export function idIn(ids: Ids, code: string): string {
  const id = ids.get(code);
  if (id === undefined) throw new Error(`The demo company has no ${code}`);
  return id;
}

const dayMs = 86_400_000;
/** The company works by China's time. */
const zoneMs = 8 * 3_600_000;

/** The date so many days ago; a negative number is a day to come. */
export const dateBefore = (days: number): string =>
  new Date(Date.now() + zoneMs - days * dayMs).toISOString().slice(0, 10);

/** An hour of the working day so many days ago. */
export const timeBefore = (days: number, hour: number): string =>
  `${dateBefore(days)}T${String(hour).padStart(2, '0')}:00:00+08:00`;

/** Where the records say that they come from. */
export const demoSource = 'DEMO';
