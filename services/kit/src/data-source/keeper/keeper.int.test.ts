import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startKeptPair, type KeptPair } from '../testing/kept-pair.ts';

describe('a keeper of a pair', () => {
  let pair: KeptPair;
  beforeAll(async () => {
    pair = await startKeptPair({ keepers: 2 });
  }, 60_000);
  afterAll(() => pair.destroy());

  test('reads the first record off the servers and lists the replica once it is synchronous', async () => {
    expect(await pair.record()).toMatchObject({
      term: 1,
      writer: 'a',
      standby: ['b'],
      phase: 'serving',
    });
  });

  test('promotes the standby when the writer is killed, and takes the old one back', async () => {
    const [a] = pair.servers;
    await a?.process().kill();
    await pair.happens('promoted', 'b');
    expect(await pair.record()).toMatchObject({ term: 2, writer: 'b', was: 'a' });

    await a?.start();
    await pair.happens('rejoined', 'a');
    await pair.happens('standby', 'a');
    expect(await pair.record()).toMatchObject({ writer: 'b', standby: ['a'] });
  });
});
