import { AppError, type FieldProblem } from '../errors.ts';
import type { Work } from '../record/command.ts';
import { duplicateField } from '../record/duplicate.ts';

/** An item that could not be stored, whatever was stored beside it. */
export type RefusedItem<Item> = { readonly item: Item; readonly problems: readonly FieldProblem[] };

export type Apart<Item, Result> = {
  /** What came of each part that was stored. */
  readonly results: readonly { readonly items: readonly Item[]; readonly result: Result }[];
  readonly refused: readonly RefusedItem<Item>[];
};

const savepoint = 'apart';

/** Stores items together. When that cannot be done, halves of them tell which one it is. */
export async function storeApart<Item, Result>(
  work: Work,
  items: readonly Item[],
  store: (items: readonly Item[]) => Promise<Result>,
): Promise<Apart<Item, Result>> {
  const [only, ...others] = items;
  if (only === undefined) return { results: [], refused: [] };
  await work.manager.query(`SAVEPOINT ${savepoint}`);
  try {
    return { results: [{ items, result: await store(items) }], refused: [] };
  } catch (error) {
    if (!isOfAnItem(error)) throw error;
    await work.manager.query(`ROLLBACK TO SAVEPOINT ${savepoint}`);
    if (others.length === 0) {
      return { results: [], refused: [{ item: only, problems: problemsOf(error) }] };
    }
  }
  const half = Math.ceil(items.length / 2);
  const first = await storeApart(work, items.slice(0, half), store);
  const second = await storeApart(work, items.slice(half), store);
  return {
    results: [...first.results, ...second.results],
    refused: [...first.refused, ...second.refused],
  };
}

/** What MySQL says of a value that a column does not take, or that another row has. */
const valueErrors: ReadonlySet<unknown> = new Set([
  1048, 1062, 1264, 1265, 1292, 1364, 1366, 1406, 1452, 3140, 3819,
]);

const itemCodes: ReadonlySet<string> = new Set([
  'CONFLICT',
  'DUPLICATE',
  'FORBIDDEN',
  'INVALID',
  'NOT_FOUND',
  'RULE_VIOLATION',
]);

/** Whether fewer items may succeed; a server that is lost fails all of them. */
const isOfAnItem = (error: unknown): boolean =>
  error instanceof AppError
    ? itemCodes.has(error.extensions.code)
    : error instanceof Error && valueErrors.has(Reflect.get(error, 'errno'));

function problemsOf(error: unknown): readonly FieldProblem[] {
  const taken = duplicateField(error);
  if (taken !== null) return [{ path: taken, message: 'is taken by another record' }];
  if (!(error instanceof AppError)) return [{ path: '', message: 'cannot be stored' }];
  const { fields } = error.extensions;
  return fields?.length ? fields : [{ path: '', message: error.message }];
}
