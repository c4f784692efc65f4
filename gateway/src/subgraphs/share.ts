import { readAnswer, type SubgraphAnswer } from './answer.ts';

/** The text of an answer, with what it says for the one who reads it first. */
export type Sent = { readonly text: string; readonly answer: SubgraphAnswer };

export type Share = (
  key: string,
  signal: AbortSignal,
  start: (signal: AbortSignal) => Promise<Sent>,
) => Promise<SubgraphAnswer>;

/** A call that has been under way for longer is not joined: its deadline is another one. */
const joinMsMax = 1000;

type Shared = {
  readonly startedAt: number;
  readonly controller: AbortController;
  readonly sent: Promise<Sent>;
  waiting: number;
  isTaken: boolean;
};

/**
 * Equal calls that are under way at the same time become one. Everyone gets an answer of their own
 * to change, and leaves when they must: the call is stopped when nobody waits for it any more.
 */
export function createShare(now: () => number = () => performance.now()): Share {
  const open = new Map<string, Shared>();

  const begin = (key: string, start: Parameters<Share>[2]): Shared => {
    const controller = new AbortController();
    const sent = start(controller.signal);
    const shared: Shared = { startedAt: now(), controller, sent, waiting: 0, isTaken: false };
    open.set(key, shared);
    const close = (): void => {
      if (open.get(key) === shared) open.delete(key);
    };
    sent.then(close, close);
    return shared;
  };

  return async (key, signal, start) => {
    signal.throwIfAborted();
    const known = open.get(key);
    const isYoung = known !== undefined && now() - known.startedAt < joinMsMax;
    const shared = isYoung ? known : begin(key, start);
    const { text, answer } = await waitFor(shared, signal);
    if (shared.isTaken) return readAnswer(text);
    shared.isTaken = true;
    return answer;
  };
}

function waitFor(shared: Shared, signal: AbortSignal): Promise<Sent> {
  shared.waiting += 1;
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      shared.waiting -= 1;
      if (shared.waiting === 0) shared.controller.abort(signal.reason);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    shared.sent.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
