/** What is put under load, whatever stands behind it. */
export type Client = {
  readonly read: (row: number) => Promise<unknown>;
  /** Records `operation` once, and counts it on one of the rows, in one transaction. */
  readonly write: (operation: number, row: number) => Promise<unknown>;
  readonly close: () => Promise<void>;
};

/** What a caller was told, and when. Times are milliseconds of one monotonic clock. */
export type Entry = {
  readonly operation: number;
  readonly row: number;
  readonly sentAt: number;
  /** `open` was never answered. */
  outcome: 'open' | 'ok' | 'failed' | 'unknown';
  answeredAt: number;
  code: string;
};

export type LoadOptions = {
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
  /** Requests of a kind in flight at most: what comes beyond is turned away, as a server would. */
  readonly inFlightMax: number;
  readonly rows: number;
  readonly firstOperation: number;
};

export const usualLoad: LoadOptions = {
  readsPerSecond: 100,
  writesPerSecond: 50,
  inFlightMax: 150,
  rows: 100,
  firstOperation: 1,
};

export type Load = {
  readonly startedAt: number;
  readonly reads: readonly Entry[];
  readonly writes: readonly Entry[];
  readonly shed: { reads: number; writes: number };
  /** Sends so many times as much from now on. */
  readonly scale: (factor: number) => void;
  /** Sends nothing more, and gives what is under way some time. */
  readonly stop: (graceMs?: number) => Promise<void>;
};

type Stream = {
  readonly entries: Entry[];
  readonly pending: Set<Promise<void>>;
  readonly row: () => number;
  readonly send: (entry: Entry) => Promise<unknown>;
  perSecond: number;
  readonly onShed: () => void;
};

/** An open load: requests are sent by the clock, whether or not the earlier ones were answered. */
export function startLoad(client: Client, options: Partial<LoadOptions> = {}): Load {
  const load = { ...usualLoad, ...options };
  const shed = { reads: 0, writes: 0 };
  const row = (): number => 1 + Math.floor(Math.random() * load.rows);
  const reads: Stream = {
    entries: [],
    pending: new Set(),
    row,
    send: (entry) => client.read(entry.row),
    perSecond: load.readsPerSecond,
    onShed: () => (shed.reads += 1),
  };
  const writes: Stream = {
    entries: [],
    pending: new Set(),
    row,
    send: (entry) => client.write(entry.operation, entry.row),
    perSecond: load.writesPerSecond,
    onShed: () => (shed.writes += 1),
  };
  const stops = [reads, writes].map((stream) => run(stream, load));
  return {
    startedAt: performance.now(),
    reads: reads.entries,
    writes: writes.entries,
    shed,
    scale: (factor) => {
      for (const stream of [reads, writes]) stream.perSecond *= factor;
    },
    stop: async (graceMs = 5000) => {
      for (const stop of stops) stop();
      const answered = Promise.allSettled([...reads.pending, ...writes.pending]);
      await Promise.race([answered, pause(graceMs)]);
    },
  };
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

function run(stream: Stream, load: LoadOptions): () => void {
  let operation = load.firstOperation;
  let next = performance.now();
  let timer: NodeJS.Timeout;
  const tick = (): void => {
    for (; next <= performance.now(); next += 1000 / stream.perSecond) {
      if (stream.pending.size >= load.inFlightMax) stream.onShed();
      else send(stream, operation++);
    }
    timer = setTimeout(tick, Math.max(1, next - performance.now()));
  };
  if (stream.perSecond > 0) tick();
  return () => clearTimeout(timer);
}

function send(stream: Stream, operation: number): void {
  const entry: Entry = {
    operation,
    row: stream.row(),
    sentAt: performance.now(),
    outcome: 'open',
    answeredAt: Infinity,
    code: '',
  };
  stream.entries.push(entry);
  const answered = stream.send(entry).then(
    () => note(entry, 'ok', ''),
    (error: unknown) => note(entry, isUndecided(error) ? 'unknown' : 'failed', codeOf(error)),
  );
  stream.pending.add(answered);
  void answered.finally(() => stream.pending.delete(answered));
}

function note(entry: Entry, outcome: Entry['outcome'], code: string): void {
  entry.outcome = outcome;
  entry.code = code;
  entry.answeredAt = performance.now();
}

/** Whether a failed write may be there all the same. What is known about it travels in the error. */
function isUndecided(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('driverError' in error && error.driverError) return isUndecided(error.driverError);
  return 'outcome' in error && error.outcome === 'unknown';
}

/** The code a caller would act on. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  if ('driverError' in error && error.driverError) return codeOf(error.driverError);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
