import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { on, onMany } from './consumer.ts';
import {
  countWaiting,
  discardDeadLetter,
  listDeadLetters,
  replayDeadLetter,
  type DeadLetter,
} from './dead-letter.ts';
import { defineEvent } from './event.ts';
import { newId } from '../id.ts';
import {
  all,
  append,
  caughtUp,
  openThings,
  ThingChanged,
  things,
  thingsDatabase,
  type Things,
} from '../testing/things.ts';
import { until } from '../testing/until.ts';

let db: DataSource;
let at: Things;

beforeAll(async () => {
  db = await thingsDatabase();
});
afterAll(() => db.destroy());
beforeEach(async () => {
  at = await openThings(db);
});
afterEach(() => at.close());

async function letterSeen(state: DeadLetter['state']): Promise<DeadLetter> {
  let found: DeadLetter | undefined;
  const isSeen = async (): Promise<boolean> => {
    found = (await listDeadLetters(db)).find((letter) => letter.state === state);
    return found !== undefined;
  };
  await until(isSeen, { what: `a ${state} letter` });
  if (!found) throw new Error('No letter');
  return found;
}

const noLetters = (): Promise<void> =>
  until(async () => (await listDeadLetters(db)).length === 0, { what: 'no letters' });

const passTime = (): Promise<void> =>
  db.query("UPDATE deadLetter SET nextAttemptAt = UTC_TIMESTAMP(6) WHERE state = 'retrying'");

describe('an event that cannot be applied', () => {
  test('is set aside at once when its form is wrong; the other 999 are applied', async () => {
    const ids = things(1000);
    const consuming = at.consume();
    await at.publish(ids.slice(0, 500), 1, 1);
    await publishPoison(ids[500] ?? '');
    await at.publish(ids.slice(501), 1, 1);
    await caughtUp(consuming);

    expect(Object.keys(await at.tallies())).toHaveLength(999);
    expect(await listDeadLetters(db)).toMatchObject([
      { state: 'dead', attempts: 1, failure: 'PoisonError: size: invalid_type' },
    ]);
  });

  test('is applied with all that waited behind it, in order, once it is replayed', async () => {
    const Strict = defineEvent('thing.changed', z.object({ size: z.number(), weight: z.number() }));
    const [poor = '', ...others] = things(5);
    const strict = at.consume([on(Strict, append)]);
    await at.publish([poor], 1, 3);
    await caughtUp(strict);
    const letter = await letterSeen('dead');
    expect(await countWaiting(db, letter)).toBe(2);
    await strict.stop();

    const mended = at.consume();
    await at.publish([poor, ...others], 4, 4);
    await caughtUp(mended);
    expect(await at.tallies()).toEqual(all(others, '4'));
    await replayDeadLetter(db, letter.id);
    await noLetters();
    await at.publish([poor], 5, 5);
    await caughtUp(mended);

    expect(await at.tallies()).toEqual({ ...all(others, '4'), [poor]: '1 2 3 4 5' });
  });

  test('is tried again later, while all other aggregates go on', async () => {
    const [weak = '', ...others] = things(5);
    let isMended = false;
    const failing = on(ThingChanged, (manager, event) => {
      const isBad = event.aggregateId === weak && event.version === 2 && !isMended;
      if (isBad) throw new Error("not now, '13812345678'");
      return append(manager, event);
    });
    const consuming = at.consume([failing]);
    await at.publish([weak, ...others], 1, 3);
    const letter = await letterSeen('retrying');
    await caughtUp(consuming);

    expect(await at.tallies()).toEqual({ ...all(others, '1 2 3'), [weak]: '1' });
    expect(letter.failure).toBe("Error: not now, '…'");
    isMended = true;
    await passTime();
    await noLetters();
    expect(await at.tallies()).toEqual(all([weak, ...others], '1 2 3'));
  });

  test('fails alone, though it was taken with many others', async () => {
    const [weak = '', ...others] = things(20);
    const many = onMany(ThingChanged, async (manager, events) => {
      if (events.some((event) => event.aggregateId === weak)) throw new Error('bad');
      for (const event of events) await append(manager, event);
    });
    await at.publish([weak, ...others], 1, 2);
    await caughtUp(at.consume([many]));

    expect(await at.tallies()).toEqual(all(others, '1 2'));
    expect(await countWaiting(db, await letterSeen('retrying'))).toBe(1);
  });

  test('is dead when it has failed again after 1, 5, 30, 120 and 600 seconds', async () => {
    at.consume([on(ThingChanged, () => Promise.reject(new Error('never')))]);
    await at.publish(things(1), 1, 1);
    const delays: number[] = [];
    for (const attempts of [1, 2, 3, 4, 5]) {
      await until(async () => (await letterSeen('retrying')).attempts === attempts, {
        what: `${attempts} attempts`,
      });
      const { nextAttemptAt } = await letterSeen('retrying');
      delays.push(Math.ceil(((nextAttemptAt?.getTime() ?? 0) - Date.now()) / 1000));
      await passTime();
    }

    expect((await letterSeen('dead')).attempts).toBe(6);
    expect(delays).toEqual([1, 5, 30, 120, 600]);
  });

  test('can be given up, so that what waited behind it goes on', async () => {
    const id = newId();
    const failing = on(ThingChanged, (manager, event) =>
      event.version === 2 ? Promise.reject(new Error('bad')) : append(manager, event),
    );
    const consuming = at.consume([failing]);
    await at.publish([id], 1, 4);
    await caughtUp(consuming);
    await discardDeadLetter(db, (await letterSeen('retrying')).id);
    await noLetters();

    expect(await at.tallies()).toEqual({ [id]: '1 3 4' });
  });

  test('is kept to look at when it is no event at all', async () => {
    const id = newId();
    const consuming = at.consume();
    await at.publish([id], 1, 1);
    const subject = `crm.evt.thing.${newId()}`;
    const message = { subject, messageId: newId(), headers: {}, body: 'hello', previousSeq: null };
    await at.bus.publish(message);
    await at.publish([id], 2, 2);
    await caughtUp(consuming);

    expect(await at.tallies()).toEqual({ [id]: '1 2' });
    expect(await listDeadLetters(db)).toMatchObject([
      { state: 'dead', event: { type: '?', data: { body: 'hello' } } },
    ]);
  });
});

const publishPoison = (id: string): Promise<unknown> =>
  at.bus.publish({
    subject: `crm.evt.thing.${id}`,
    messageId: newId(),
    headers: {
      'ce-id': newId(),
      'ce-type': 'thing.changed',
      'ce-subject': id,
      'ce-time': '2026-11-24T00:00:00Z',
      'ce-version': '1',
      'ce-schemaversion': '1',
    },
    body: '{"customerId":null,"actor":null,"changedFields":[],"data":{}}',
    previousSeq: null,
  });
