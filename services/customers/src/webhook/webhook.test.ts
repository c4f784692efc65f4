import { lookup } from 'node:dns';
import { describe, expect, jest, test } from '@jest/globals';
import { Webhook as Verifier } from 'standardwebhooks';
import { createAddresses, guardedLookup } from './address.ts';
import { secretOf, secretsOf, signedHeaders } from './secret.ts';
import { retryDelayS } from './webhook.ts';

const resolved = (networks: readonly string[]): Promise<unknown> =>
  new Promise((resolve) => {
    const options = { all: true } as const;
    guardedLookup(createAddresses(networks), 'https:')('localhost', options, (error, found) =>
      resolve(error?.name ?? found),
    );
  });

describe('Addresses', () => {
  const none = createAddresses([]);
  test.each([
    ['93.184.216.34', true],
    ['2606:2800:220:1::1', true],
    ['127.0.0.1', false],
    ['127.8.8.8', false],
    ['0.0.0.0', false],
    ['10.0.0.1', false],
    ['100.64.0.1', false],
    ['169.254.169.254', false],
    ['172.16.0.1', false],
    ['172.32.0.1', true],
    ['192.168.1.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::1', false],
    ['::', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:7f00:1', false],
    ['[::ffff:a00:1]', false],
    ['::ffff:93.184.216.34', true],
    ['64:ff9b::7f00:1', false],
    ['fe80::1%eth0', false],
    ['fd00::1', false],
    ['2002:7f00:1::', false],
  ])('%s may be reached: %j', (address, expected) => {
    expect(none.mayReach(address, 'https:')).toBe(expected);
    expect(none.mayReach(address, 'http:')).toBe(false);
  });

  test('that operators name may be reached, by http too, and no others', () => {
    const some = createAddresses(['127.0.0.0/8', 'fd00::/8']);
    expect(some.mayReach('::ffff:127.0.0.1', 'http:')).toBe(true);
    expect(some.mayReach('fd12::1', 'https:')).toBe(true);
    expect(some.mayReach('10.0.0.1', 'https:')).toBe(false);
    expect(() => createAddresses(['10.0.0.0'])).toThrow('is no network');
  });

  test('of names are judged when they are resolved', async () => {
    expect(await resolved([])).toBe('AddressRefused');
    const all = jest.fn();
    await new Promise<void>((resolve) => {
      lookup('localhost', { all: true }, (_, found) => {
        all(found);
        resolve();
      });
    });
    expect(await resolved(['127.0.0.0/8', '::1/128'])).toEqual(all.mock.calls[0]?.[0]);
  });
});

describe('Secrets', () => {
  const key = 'a key of thirty-two characters or more';
  const webhook = { id: 'w', salt: 'new', previousSalt: 'old', previousUntil: new Date(2) };

  test('are of one webhook, one salt and one key', () => {
    const one = secretOf(key, webhook, 'new');
    expect(one).toBe(secretOf(key, webhook, 'new'));
    const others = [
      secretOf(key, webhook, 'old'),
      secretOf(key, { id: 'v' }, 'new'),
      secretOf(`${key}!`, webhook, 'new'),
    ];
    expect(new Set([one, ...others]).size).toBe(4);
  });

  test('of before a change count until their time is over', () => {
    expect(secretsOf(key, webhook, new Date(1))).toHaveLength(2);
    expect(secretsOf(key, webhook, new Date(2))).toEqual([secretOf(key, webhook, 'new')]);
  });

  test('sign as the implementation of the specification does', () => {
    const secret = secretOf(key, webhook, 'new');
    const now = new Date();
    const timestamp = Math.floor(now.getTime() / 1000);
    const headers = signedHeaders({ id: 'msg', timestamp, body: '{"字":1}' }, [secret]);
    const theirs = new Verifier(secret).sign('msg', new Date(timestamp * 1000), '{"字":1}');
    expect(headers['webhook-signature']).toBe(theirs);
  });
});

describe('Attempts', () => {
  const delays = [5, 60];
  test.each([
    [1, 0, 0, 4],
    [1, 0, 0.75, 5.5],
    [2, 0, 0.5, 60],
    [3, 0, 0.5, null],
    [1, 100, 0.5, 100],
    [1, 1e9, 0.5, 3600],
  ])('%d, asked to wait %d s: %d gives %j', (attempts, retryAfterS, random, expected) => {
    expect(retryDelayS(delays, { attempts, retryAfterS }, random)).toBe(expected);
  });
});
