import { describe, expect, jest, test } from '@jest/globals';
import { createWaitingLine } from './waiting-line.ts';

const line = (onFull = (): void => {}, onRoom = (): void => {}) =>
  createWaitingLine<{ readonly at: number }>({ messagesMax: 4, onFull, onRoom });

describe('A waiting line', () => {
  test('is full once, and has room again when half of it is taken', async () => {
    const onFull = jest.fn();
    const onRoom = jest.fn();
    const { add, next } = line(onFull, onRoom);
    for (let at = 0; at < 6; at += 1) add({ at });
    expect(onFull).toHaveBeenCalledTimes(1);
    for (let at = 0; at < 3; at += 1) expect(await next()).toEqual({ at });
    expect(onRoom).not.toHaveBeenCalled();
    await next();
    expect(onRoom).toHaveBeenCalledTimes(1);
  });

  test('gives what waits before it tells that it has ended', async () => {
    const { add, end, next } = line();
    add({ at: 1 });
    end(new Error('over'));
    expect(await next()).toEqual({ at: 1 });
    await expect(next()).rejects.toThrow('over');
  });

  test('gives nothing more once it is dropped, to one who waits neither', async () => {
    const { add, drop, next } = line();
    const waiting = next();
    drop();
    add({ at: 1 });
    expect(await waiting).toBeNull();
    expect(await next()).toBeNull();
  });
});
