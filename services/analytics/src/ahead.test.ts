import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { mapAhead } from './ahead.ts';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let at = 0; at < count; at += 1) yield at;
}

test('keeps the order and has no more than so many at work', async () => {
  let working = 0;
  let most = 0;
  const make = async (at: number): Promise<number> => {
    most = Math.max(most, (working += 1));
    await sleep(at % 2 === 0 ? 4 : 1);
    working -= 1;
    return at;
  };
  const made: number[] = [];
  for await (const each of mapAhead(numbers(9), make, 2)) made.push(each);
  expect(made).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(most).toBe(3);
});

const failing = async (at: number): Promise<number> => {
  await sleep(at === 0 ? 10 : 1);
  if (at < 2) throw new Error(`${at} failed`);
  return at;
};

test('fails where the first of them failed, though a later one failed sooner', async () => {
  await expect(async () => {
    for await (const _ of mapAhead(numbers(5), failing, 2)) throw new Error('none is made');
  }).rejects.toThrow('0 failed');
});
