import { createHash } from 'node:crypto';
import type { ImportEntity } from './entities.ts';
import type { Problem } from './record.ts';
import type { ImportRecord } from './records.ts';

export type Batch = {
  readonly records: readonly ImportRecord[];
  /** The problems of each record that no call needs to be made for. */
  readonly refused: readonly (readonly Problem[])[];
  /** Holds records that came before, so that all calls before it have to end first. */
  readonly isLater: boolean;
};

const recordsMax = 200;
/** The gateway takes bodies of 1 MiB. */
const charactersMax = 300_000;

/** Puts records together to calls of a bounded size. */
export async function* batchesOf(
  entity: ImportEntity,
  source: AsyncIterable<ImportRecord>,
): AsyncGenerator<Batch> {
  const isRepeated = createMemory();
  let batch = emptyBatch();
  for await (const record of source) {
    const isLater = isRepeated(record.key);
    const problems = problemsOf(entity, record, isLater);
    const next = { record, problems, isLater, size: JSON.stringify(record.input).length };
    if (!fits(batch, next)) {
      yield batch;
      batch = emptyBatch();
    }
    put(batch, next);
  }
  yield batch;
}

/** 48 bits of a hash a key: finding what comes twice must not need the memory of all keys. */
function createMemory(): (key: string | null) => boolean {
  const seen = new Set<number>();
  return (key) => {
    if (key === null) return false;
    const print = createHash('sha256').update(key).digest().readUIntBE(0, 6);
    const isSeen = seen.has(print);
    seen.add(print);
    return isSeen;
  };
}

const emptyBatch = () => ({
  records: new Array<ImportRecord>(),
  refused: new Array<readonly Problem[]>(),
  keys: new Set<string | null>(),
  characters: 0,
  isLater: false,
});

type Filling = ReturnType<typeof emptyBatch>;

type Next = {
  readonly record: ImportRecord;
  readonly problems: readonly Problem[];
  readonly isLater: boolean;
  readonly size: number;
};

function fits({ records, refused, keys, characters }: Filling, next: Next): boolean {
  if (records.length + refused.length === 0) return true;
  if (next.problems.length > 0) return refused.length < recordsMax;
  const isTwin = next.isLater && keys.has(next.record.key);
  return records.length < recordsMax && characters + next.size <= charactersMax && !isTwin;
}

function put(batch: Filling, { record, problems, isLater, size }: Next): void {
  if (problems.length > 0) return void batch.refused.push(problems);
  batch.records.push(record);
  batch.keys.add(record.key);
  batch.characters += size;
  batch.isLater ||= isLater;
}

function problemsOf(
  { isRepeatable }: ImportEntity,
  { problems, file, line }: ImportRecord,
  isSeen: boolean,
): readonly Problem[] {
  if (problems.length > 0 || !isSeen || isRepeatable) return problems;
  const message = 'a row before this one is of the same record';
  return [{ file, line, column: null, value: '', field: '', message }];
}
