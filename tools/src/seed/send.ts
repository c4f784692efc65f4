import { z } from 'zod';
import { GraphError, type GraphClient, type Operation } from '../graph-client.ts';
import { UserError } from '../mesh/say.ts';
import { sleep } from '../mesh/wait.ts';

const bulkRow = z.object({
  index: z.number(),
  outcome: z.enum(['CREATED', 'UPDATED', 'UNCHANGED', 'REFUSED']),
  id: z.string().nullable(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
});
const bulkResult = z.object({ result: z.object({ rows: z.array(bulkRow) }) });

type BulkRow = z.infer<typeof bulkRow>;
type BulkOperation = Operation<z.infer<typeof bulkResult>>;

/** One of the graph's bulk mutations, such as `upsertCustomers` with `UpsertCustomersInput`. */
export const bulkOperation = (mutation: string, input: string): BulkOperation => ({
  document: `mutation ($input: ${input}!) {
    result: ${mutation}(input: $input) { rows { index outcome id problems { path message } } } }`,
  data: bulkResult,
});

export type Tally = {
  readonly CREATED: number;
  readonly UPDATED: number;
  readonly UNCHANGED: number;
};

export type Sending<Item> = {
  readonly operation: BulkOperation;
  readonly items: Iterable<Item>;
  readonly rowOf: (item: Item) => object;
  /** Called with the ids of a call's items. */
  readonly onSent?: (items: readonly Item[], ids: readonly string[]) => void;
};

const rowsPerCallMax = 500;
const rowsPerCallMin = 20;
const callsAtOnce = 3;

/** How many rows a call takes: less once the graph was too slow for that many. */
type Pace = { rowsPerCall: number };

/** Sends everything, several calls at once, and counts what became of the rows. */
export async function sendAll<Item>(graph: GraphClient, sending: Sending<Item>): Promise<Tally> {
  const pace: Pace = { rowsPerCall: rowsPerCallMax };
  const calls = batches(sending.items, pace);
  const tally = { CREATED: 0, UPDATED: 0, UNCHANGED: 0 };
  const work = async (): Promise<void> => {
    for (const items of calls) {
      const rows = items.map(sending.rowOf);
      const sent = await sendRows({ graph, operation: sending.operation, pace }, rows);
      for (const { outcome } of sent) if (outcome !== 'REFUSED') tally[outcome] += 1;
      sending.onSent?.(
        items,
        sent.map(({ id }) => id ?? ''),
      );
    }
  };
  await Promise.all(Array.from({ length: callsAtOnce }, work));
  return tally;
}

function* batches<Item>(items: Iterable<Item>, pace: Pace): Generator<Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length >= pace.rowsPerCall) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

type Line = {
  readonly graph: GraphClient;
  readonly operation: BulkOperation;
  readonly pace: Pace;
};

const patienceMs = 300_000;
const pauseMs = 1000;

/** Sends rows, and those again that name what the service has not heard of yet. */
async function sendRows(line: Line, rows: readonly object[]): Promise<BulkRow[]> {
  const endsAt = performance.now() + patienceMs;
  const sent: BulkRow[] = [];
  let waiting = rows.map((row, index) => ({ row, index }));
  for (let round = 0; waiting.length > 0; round += 1) {
    if (round > 0) await sleep(pauseMs);
    const results = await call(line, { rows: waiting.map(({ row }) => row), round });
    for (const [at, result] of results.entries()) sent[waiting[at]?.index ?? 0] = result;
    requirePassing(line.operation, results, endsAt);
    waiting = waiting.filter((_, at) => results[at]?.outcome === 'REFUSED');
  }
  return sent;
}

/** Throws when rows were refused that will be refused again, or that were waited for long enough. */
function requirePassing(
  operation: BulkOperation,
  results: readonly BulkRow[],
  endsAt: number,
): void {
  const refused = results.filter(({ outcome }) => outcome === 'REFUSED');
  const isLate = performance.now() > endsAt;
  if (refused.length > 0 && (isLate || !refused.every(isEarly))) throw refusal(operation, refused);
}

type Call = { readonly rows: readonly object[]; readonly round: number };

/** Asks once, and when that takes too long for each half by itself. Gives one result a row. */
async function call(line: Line, { rows, round }: Call): Promise<readonly BulkRow[]> {
  const { graph, operation, pace } = line;
  const clientMutationId = graph.idOf(`${operation.document}${round}${JSON.stringify(rows)}`);
  try {
    const { result } = await graph.execute(operation, { input: { rows, clientMutationId } });
    return result.rows;
  } catch (error) {
    if (error instanceof GraphError || rows.length <= rowsPerCallMin) throw error;
    const half = Math.ceil(rows.length / 2);
    pace.rowsPerCall = Math.min(pace.rowsPerCall, half);
    return [
      ...(await call(line, { rows: rows.slice(0, half), round })),
      ...(await call(line, { rows: rows.slice(half), round })),
    ];
  }
}

/** Customers and staff become known to the other services a moment after they are made. */
const arriving = /(^|\.)(customerId|staffIds|ownerId|rivalOf)$/;

const isEarly = ({ problems }: BulkRow): boolean =>
  problems.length > 0 && problems.every(({ path }) => arriving.test(path));

function refusal(operation: BulkOperation, refused: readonly BulkRow[]): Error {
  const reasons = refused
    .flatMap(({ problems }) => problems)
    .slice(0, 5)
    .map(({ path, message }) => `${path} ${message}`);
  const name = /result: (\w+)/.exec(operation.document)?.[1];
  return new UserError(`${name} refused ${refused.length} rows:\n  ${reasons.join('\n  ')}`);
}
