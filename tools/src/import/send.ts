import { z } from 'zod';
import { GraphError, type GraphClient } from '../graph-client.ts';
import { type ImportEntity, inputTypeOf } from './entities.ts';
import type { Lookup } from './lookup.ts';
import type { Origin, Problem } from './record.ts';
import type { ImportRecord } from './records.ts';

/** What a batch came to. */
export type Sent = {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** The reasons of each record that was not taken. */
  readonly refused: readonly (readonly Problem[])[];
};

export type Sending = {
  readonly client: GraphClient;
  readonly entity: ImportEntity;
  readonly lookup: Lookup;
};

/** A record with ids in place of what it named. */
type Ready = { readonly record: ImportRecord; readonly input: unknown };

type Resolved = { readonly ready: readonly Ready[]; readonly refused: Sent['refused'] };

/** Sends records in one call. What one record does wrong leaves the others alone. */
export async function sendBatch(sending: Sending, records: readonly ImportRecord[]): Promise<Sent> {
  const { ready, refused } = await resolveReferences(sending.lookup, records);
  const sent = await send(sending, ready);
  return { ...sent, refused: [...refused, ...sent.refused] };
}

export async function resolveReferences(
  lookup: Lookup,
  records: readonly ImportRecord[],
): Promise<Resolved> {
  const found = await lookup(records.flatMap(({ references }) => references));
  const idOf = (value: unknown): string | undefined => {
    const each = found.get(value);
    return each && 'id' in each ? each.id : undefined;
  };
  const ready: Ready[] = [];
  const refused: Problem[][] = [];
  for (const record of records) {
    const problems = record.references.flatMap((reference) => {
      const each = found.get(reference);
      return each && 'problem' in each
        ? [problemOf(record, { path: reference.path, message: each.problem })]
        : [];
    });
    if (problems.length > 0) refused.push(problems);
    else ready.push({ record, input: withIds(record.input, idOf) });
  }
  return { ready, refused };
}

type IdOf = (value: unknown) => string | undefined;

function withIds(value: unknown, idOf: IdOf): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const id = idOf(value);
  if (id !== undefined) return id;
  if (Array.isArray(value)) return value.map((each) => withIds(each, idOf));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withIds(each, idOf)]));
}

const answerSchema = z.object({
  result: z.object({
    created: z.number(),
    updated: z.number(),
    unchanged: z.number(),
    rows: z.array(
      z.object({
        index: z.number(),
        outcome: z.string(),
        problems: z.array(z.object({ path: z.string(), message: z.string() })),
      }),
    ),
  }),
});

const documentOf = (entity: ImportEntity): string =>
  `mutation Import($input: ${inputTypeOf(entity)}!) {
    result: ${entity.mutation}(input: $input) {
      created updated unchanged rows { index outcome problems { path message } }
    }
  }`;

async function send(sending: Sending, ready: readonly Ready[]): Promise<Sent> {
  if (ready.length === 0) return { created: 0, updated: 0, unchanged: 0, refused: [] };
  const { client, entity } = sending;
  const rows = ready.map(({ input }) => input);
  // The same rows again within this run are the same call: what was done is not done twice.
  const clientMutationId = client.idOf(`${entity.mutation}${JSON.stringify(rows)}`);
  try {
    const { result } = await client.execute(
      { document: documentOf(entity), data: answerSchema },
      { input: { rows, clientMutationId } },
    );
    const refused = result.rows.flatMap(({ index, outcome, problems }) => {
      const record = ready[index]?.record;
      return record && outcome === 'REFUSED'
        ? [problems.map((problem) => problemOf(record, problem))]
        : [];
    });
    return { ...result, refused };
  } catch (error) {
    if (!(error instanceof GraphError) || !isOfARecord(error)) throw error;
    return sendApart(sending, ready, error);
  }
}

/** Whether a smaller call may succeed; a token that has expired fails every call. */
const isOfARecord = ({ code }: GraphError): boolean =>
  ['CONFLICT', 'DUPLICATE', 'INVALID', 'RULE_VIOLATION', 'TOO_COSTLY'].includes(code);

/** Some record made the whole call fail: halves of it tell which, in the end by itself. */
async function sendApart(
  sending: Sending,
  ready: readonly Ready[],
  error: GraphError,
): Promise<Sent> {
  const [only, ...others] = ready;
  if (only && others.length === 0) {
    return { created: 0, updated: 0, unchanged: 0, refused: [failureOf(only.record, error)] };
  }
  const half = Math.ceil(ready.length / 2);
  const first = await send(sending, ready.slice(0, half));
  const second = await send(sending, ready.slice(half));
  return {
    created: first.created + second.created,
    updated: first.updated + second.updated,
    unchanged: first.unchanged + second.unchanged,
    refused: [...first.refused, ...second.refused],
  };
}

function failureOf(record: ImportRecord, error: GraphError): Problem[] {
  const named = error.failures.flatMap(({ extensions }) => extensions.fields ?? []);
  const fields = named.length > 0 ? named : [{ path: '', message: error.message }];
  return fields.map((field) => problemOf(record, field));
}

type FieldProblem = { readonly path: string; readonly message: string };

const problemOf = (record: ImportRecord, { path, message }: FieldProblem): Problem => ({
  ...originOf(record, path),
  field: path,
  message,
});

/** Where in the file the value stands that the graph names; `a.b` lies in what fills `a`. */
function originOf({ origins, file, line }: ImportRecord, path: string): Origin {
  const exact = origins.get(path) ?? origins.get(path.split('+').at(-1) ?? '');
  if (exact) return exact;
  const within = [...origins].find(([known]) => known.startsWith(`${path}.`));
  if (path !== '' && within) return { ...within[1], column: null, value: '' };
  return { file, line, column: null, value: '' };
}
