import { describe, expect, test } from '@jest/globals';
import { readAnswer } from './answer.ts';
import { createShare, type Sent } from './share.ts';

const text = '{"data":{"a":{"b":1}}}';
const sent = (): Sent => ({ text, answer: readAnswer(text) });

type Call = {
  readonly signal: AbortSignal;
  readonly answer: () => void;
  readonly fail: (error: Error) => void;
};

/** Starts calls that end when the test says so. */
function startable() {
  const calls: Call[] = [];
  const start = (signal: AbortSignal): Promise<Sent> =>
    new Promise((resolve, reject) => {
      calls.push({ signal, answer: () => resolve(sent()), fail: reject });
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  return { calls, start };
}

const forever = new AbortController().signal;

describe('Equal calls at the same time', () => {
  test('become one, and each gets an answer of its own', async () => {
    const { calls, start } = startable();
    const share = createShare();
    const answers = Promise.all([share('k', forever, start), share('k', forever, start)]);
    expect(calls).toHaveLength(1);
    calls[0]?.answer();
    const [one, two] = await answers;
    expect(one).toEqual(two);
    expect(one.data).not.toBe(two.data);
    expect(one.data?.['a']).not.toBe(two.data?.['a']);
  });

  test('stay apart when they are not equal, or not at the same time', async () => {
    const { calls, start } = startable();
    const share = createShare();
    const first = share('k', forever, start);
    const other = share('l', forever, start);
    calls[0]?.answer();
    calls[1]?.answer();
    await Promise.all([first, other]);
    const later = share('k', forever, start);
    calls[2]?.answer();
    await later;
    expect(calls).toHaveLength(3);
  });

  test('stay apart when the first has been under way for long', async () => {
    let now = 0;
    const { calls, start } = startable();
    const share = createShare(() => now);
    const first = share('k', forever, start);
    now = 1001;
    const second = share('k', forever, start);
    for (const call of calls) call.answer();
    await Promise.all([first, second]);
    expect(calls).toHaveLength(2);
  });

  test('fail together, and the next one is made anew', async () => {
    const { calls, start } = startable();
    const share = createShare();
    const both = Promise.allSettled([share('k', forever, start), share('k', forever, start)]);
    calls[0]?.fail(new Error('down'));
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = share('k', forever, start);
    calls[1]?.answer();
    expect((await next).data).toEqual({ a: { b: 1 } });
  });

  test('are stopped when the last one leaves, not before', async () => {
    const { calls, start } = startable();
    const share = createShare();
    const one = new AbortController();
    const two = new AbortController();
    const answers = Promise.allSettled([
      share('k', one.signal, start),
      share('k', two.signal, start),
    ]);
    one.abort(new Error('gone'));
    expect(calls[0]?.signal.aborted).toBe(false);
    two.abort(new Error('gone too'));
    expect(calls[0]?.signal.aborted).toBe(true);
    await answers;
    await expect(share('k', one.signal, start)).rejects.toThrow('gone');
  });
});
