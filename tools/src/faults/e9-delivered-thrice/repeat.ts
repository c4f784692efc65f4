import type { Bus } from '@crm/kit/event/bus';
import type { StreamMessage } from '@crm/kit/event/bus-stream';
import { sleep } from '../../mesh/wait.ts';

/** How far a repetition may stray from its place. */
const window = 50;
const lookMs = 50;

export type Repeating = {
  /** Repeats what is left, and gives how many events were repeated. */
  readonly stop: () => Promise<number>;
};

/** Says twice again what services say, while they go on: newer events of a record are among them. */
export function startRepeating(bus: Bus, firstSeq: number): Repeating {
  const ours = new Set<number>();
  const stopping = new AbortController();
  let seq = firstSeq;
  let repeated = 0;

  const repeatNext = async (): Promise<boolean> => {
    const { lastSeq } = await bus.streamState();
    const originals: number[] = [];
    for (; seq <= lastSeq && originals.length < window; seq += 1) {
      if (!ours.has(seq)) originals.push(seq);
    }
    for (const original of shuffled([...originals, ...originals])) {
      const message = await bus.messageAt(original);
      if (message) ours.add(await publishAgain(bus, message, ours.size));
    }
    repeated += originals.length;
    return originals.length > 0;
  };
  const run = async (): Promise<number> => {
    let isBusy = true;
    while (isBusy || !stopping.signal.aborted) {
      isBusy = await repeatNext();
      if (!isBusy) await sleep(lookMs);
    }
    return repeated;
  };
  const running = run();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

/** Without what the stream itself would know a repetition by. Gives its sequence. */
async function publishAgain(bus: Bus, message: StreamMessage, number: number): Promise<number> {
  const headers = Object.fromEntries(
    Object.entries(message.headers).filter(([name]) => !name.startsWith('Nats-')),
  );
  const messageId = `${headers['ce-id']}.again.${number}`;
  const { seq } = await bus.publish({ ...message, headers, messageId, previousSeq: null });
  return seq;
}

const shuffled = <Value>(values: readonly Value[]): readonly Value[] =>
  values
    .map((value) => ({ value, place: Math.random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ value }) => value);
