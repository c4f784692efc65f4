import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { transact, type Database } from '@crm/kit/database/database';
import { idToBytes, newId } from '@crm/kit/id';
import { kitMigrations } from '@crm/kit/migrations/index';
import { testDatabase } from '@crm/kit/testing/database';
import { countStatements } from '@crm/kit/testing/statements';
import { migrations } from '../migrations/index.ts';
import { indicatorsOf, rankedIndicatorsOf } from '../model/model.ts';
import {
  findModelsInForce,
  publishVersion,
  saveDraft,
  type StoredModel,
} from '../model/model.repository.ts';
import { criterion, linear, modelOf } from '../testing/models.ts';
import { evaluate } from './score.ts';
import { saveScores, type SaveOptions, type ScoreRow } from './score.repository.ts';

let db: Database;
let model: StoredModel;
const noon = new Date('2026-11-24T04:00:00.000Z');
const later = new Date('2026-11-24T05:00:00.000Z');

beforeAll(async () => {
  db = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
  model = await published(1, modelOf([[criterion('amount', linear(0, 100))]]));
});
afterAll(() => db.destroy());
beforeEach(async () => {
  for (const table of ['score', 'scoreHistory', 'outbox']) await db.query(`DELETE FROM ${table}`);
});

async function published(
  version: number,
  { code, ...definition }: ReturnType<typeof modelOf>,
): Promise<StoredModel> {
  const { version: _, ...rest } = definition;
  return transact(db, async (manager) => {
    const saved = {
      code,
      version,
      definition: rest,
      class: 'INTERNAL' as const,
      savedAt: noon,
      savedById: null,
    };
    await saveDraft(manager, saved);
    const [draft] = await manager.query<{ id: number }[]>(
      'SELECT id FROM evaluationModel WHERE code = ?',
      [code],
    );
    const now = { effectiveFrom: noon, publishedAt: noon, publishedById: null };
    await publishVersion(manager, { modelId: draft?.id ?? 0, version }, now);
    const found = (await findModelsInForce(manager, { now: later })).find(
      (each) => each.code === code,
    );
    if (!found) throw new Error('Not in force');
    return found;
  });
}

const rowOf = (subjectId: string, amount: string | null): ScoreRow => ({
  subjectId,
  result: evaluate(model, new Map([['amount', amount]]), new Map()),
});

const save = (rows: readonly ScoreRow[], options: Partial<SaveOptions> = {}): Promise<number> =>
  transact(db, (manager) =>
    saveScores(manager, model, {
      rows,
      now: noon,
      cause: 'EVENT',
      inputWatermark: null,
      rankedAt: null,
      tell: 'CHANGES',
      ...options,
    }),
  );

const scores = (table: string): Promise<unknown> =>
  db.query(
    `SELECT BIN_TO_UUID(subjectId) AS id, status, score, grade FROM ${table} ORDER BY subjectId, version`,
  );

const computed = (): Promise<unknown> =>
  db.query("SELECT computedAt, inputs FROM score ORDER BY inputs->>'$[0]'");

const told = (): Promise<unknown[]> =>
  db.query(
    `SELECT version - MIN(version) OVER () + 1 AS version, type, payload->'$.data.outcome' AS outcome FROM outbox ORDER BY id`,
  );

const outcome = (
  oldScore: string | null,
  newScore: string,
  oldGrade: string | null,
  newGrade: string,
): object => ({ oldScore, newScore, oldGrade, newGrade });

test('a model names its indicators once, and those that are ranked', () => {
  const ranked = criterion('b', { kind: 'PERCENTILE' });
  const two = modelOf([[criterion('a', linear(0, 1)), ranked], [ranked]]);
  expect(indicatorsOf(two)).toEqual(['a', 'b']);
  expect(rankedIndicatorsOf(two)).toEqual(['b']);
});

const at = (hours: number): Date => new Date(noon.getTime() + hours * 3_600_000);

describe('saving results', () => {
  test('keeps what was before when the score changes, and nothing when it does not', async () => {
    const id = newId();
    expect(await save([rowOf(id, '60')])).toBe(1);
    expect(await save([rowOf(id, '60.00')], { now: later })).toBe(0);
    expect(await scores('scoreHistory')).toEqual([]);
    expect(await save([rowOf(id, '80')], { now: later })).toBe(1);
    expect(await scores('score')).toEqual([
      { id, status: 'SCORED', score: '80.00', grade: 'HIGH' },
    ]);
    expect(await scores('scoreHistory')).toEqual([
      { id, status: 'SCORED', score: '60.00', grade: 'LOW' },
    ]);
    expect(await db.query('SELECT validFrom, validTo FROM scoreHistory')).toEqual([
      { validFrom: noon, validTo: later },
    ]);
  });

  test('tells each change, and in a run those of grades alone', async () => {
    const id = newId();
    await save([rowOf(id, '60')]);
    await save([rowOf(id, '61')]);
    await save([rowOf(id, '62')], { tell: 'GRADES' });
    await save([rowOf(id, '75')], { tell: 'GRADES' });
    await save([rowOf(id, '10')], { tell: 'NONE' });
    expect(await told()).toEqual([
      { version: 1, type: 'evaluation.changed', outcome: outcome(null, '60.00', null, 'LOW') },
      { version: 2, type: 'evaluation.changed', outcome: outcome('60.00', '61.00', 'LOW', 'LOW') },
      { version: 4, type: 'evaluation.changed', outcome: outcome('62.00', '75.00', 'LOW', 'HIGH') },
    ]);
  });

  test('tells what a grade was a day before, by the same version', async () => {
    const [old, young, other] = [newId(), newId(), newId()];
    await save([rowOf(old, '80'), rowOf(other, '80')]);
    await save([rowOf(old, '75')], { now: at(1), tell: 'NONE' });
    await save([rowOf(young, '80')], { now: at(25) });
    await db.query('UPDATE score SET modelVersion = modelVersion + 1 WHERE subjectId = ?', [
      idToBytes(other),
    ]);
    await save([rowOf(old, '10'), rowOf(young, '10'), rowOf(other, '10')], { now: at(26) });
    await save([rowOf(old, '5')], { now: at(27) });
    const rows: { dayBefore: unknown }[] = await db.query(
      `SELECT payload->>'$.data.subjectId' AS id, payload->'$.data.dayBefore' AS dayBefore
       FROM outbox WHERE payload->>'$.data.outcome.oldScore' <> 'null' ORDER BY payload->>'$.data.outcome.newScore'`,
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        { id: old, dayBefore: { score: '75.00', grade: 'HIGH' } },
        { id: young, dayBefore: null },
        { id: other, dayBefore: null },
      ]),
    );
    expect(rows).toHaveLength(4);
  });

  test('leaves what is the same of the same inputs as it was, where it is asked to', async () => {
    const [same, other] = [newId(), newId()];
    await save([rowOf(same, '60'), rowOf(other, '150')]);
    const run = { now: later, tell: 'GRADES' as const, leavesEqual: true };
    // Above 100 a larger amount comes to no more.
    expect(await save([rowOf(same, '60'), rowOf(other, '151')], run)).toBe(0);
    expect(await computed()).toMatchObject([
      { computedAt: later, inputs: ['151'] },
      { computedAt: noon, inputs: ['60'] },
    ]);
    await save([rowOf(same, '60')], { now: later });
    expect(await computed()).toMatchObject([{}, { computedAt: later }]);
  });

  test('tells figures of a confidential model to services alone', async () => {
    const confidential: StoredModel = { ...model, class: 'CONFIDENTIAL' };
    await transact(db, (manager) =>
      saveScores(manager, confidential, {
        rows: [rowOf(newId(), '60')],
        now: noon,
        cause: 'EVENT',
        inputWatermark: null,
        rankedAt: null,
        tell: 'CHANGES',
      }),
    );
    const events: { visibility: string; payload: object }[] = await db.query(
      'SELECT visibility, payload FROM outbox ORDER BY id',
    );
    expect(events).toMatchObject([
      {
        visibility: 'public',
        payload: { data: { outcome: null }, changedFields: ['score', 'grade'] },
      },
      { visibility: 'private', payload: { data: { newScore: '60.00', newGrade: 'LOW' } } },
    ]);
    expect(JSON.stringify(events[0])).not.toMatch(/60\.00|LOW/);
  });

  test('costs the same few statements for a thousand subjects as for one', async () => {
    const rows = Array.from({ length: 1000 }, () => rowOf(newId(), '50'));
    const count = (some: readonly ScoreRow[], amount: string): Promise<number> =>
      countStatements(db, () =>
        save(
          some.map(({ subjectId }) => rowOf(subjectId, amount)),
          { now: later, tell: 'GRADES' },
        ),
      );
    await save(rows, { tell: 'NONE' });
    expect(await count(rows, '51')).toBe(await count(rows.slice(0, 1), '52'));
  });
});
