import { setTimeout as wait } from 'node:timers/promises';
import { waitMsOf } from './back-off.ts';
import type { ChangeFilter } from './change-filter.ts';
import { openConnection, type Connection } from './connection.ts';
import type { CursorStore } from './cursor-store.ts';
import { isNotice, readMessage, type FeedMessage } from './feed-message.ts';
import { FollowError } from './follow-error.ts';
import { Interruption } from './interruption.ts';
import { openPosition, type Position } from './position.ts';
import { createSeenEvents, type SeenEvents } from './seen-events.ts';

export type FollowOptions = {
  /** The graph: `wss://crm.example.com/graphql`. */
  readonly url: string;
  /** A token that is good now. Asked for before each connection. */
  readonly token: (asked: TokenAsked) => string | Promise<string>;
  /** Where to keep how far one is. One store for one follower. */
  readonly cursor: CursorStore;
  /** What to select of each change, beside `kind`, `cursor`, `eventId` and `reason`. */
  readonly select: string;
  readonly filter?: ChangeFilter;
  /** Changes of one record within so many milliseconds come as one. */
  readonly coalesceMs?: number;
  /** Where to begin when no cursor is stored: `now`, unless said otherwise. */
  readonly start?: 'now' | 'earliest';
  /**
   * Begins with all records of `filter.entities` as they are, when no cursor is stored: messages of
   * the kind SNAPSHOT. What has changed meanwhile follows. `start` does not count then.
   */
  readonly snapshot?: boolean;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** Told each time before a connection is made anew. Without it, Node prints a warning. */
  readonly onRetry?: (retry: Retry) => void;
};

export type TokenAsked = {
  /** The last token was not accepted, or has expired: do not give the same again. */
  readonly wasRefused: boolean;
};

export type Retry = {
  readonly reason: string;
  /** How many times in a row, counted from 1. */
  readonly attempt: number;
  readonly waitMs: number;
};

/** What was dealt with before a connection was lost may come again: so many are recognised. */
const seenMax = 10_000;
const tokensRefusedMax = 5;

type Following = {
  readonly options: FollowOptions;
  readonly position: Position;
  readonly seen: SeenEvents;
  /** Interruptions since the last message. */
  attempts: number;
  tokensRefused: number;
};

/**
 * Follows changes until the signal ends it, over as many connections as it takes. A message counts as
 * dealt with, and its cursor is stored, when the next one is asked for. Throws FollowError when trying
 * again would not help, and what `cursor` throws.
 */
export async function* followChanges<Selected extends object = Record<string, unknown>>(
  options: FollowOptions,
): AsyncGenerator<FeedMessage<Selected>, void, void> {
  const following: Following = {
    options,
    position: await openPosition(options.cursor),
    seen: createSeenEvents(seenMax),
    attempts: 0,
    tokensRefused: 0,
  };
  try {
    while (!options.signal?.aborted) {
      try {
        yield* followOnce<Selected>(following);
      } catch (error) {
        await waitAfter(following, error);
      }
    }
  } finally {
    await following.position.stored();
  }
}

/** Ends with the signal. Throws what ended the connection. */
async function* followOnce<Selected>(
  following: Following,
): AsyncGenerator<FeedMessage<Selected>, void, void> {
  const { options, position } = following;
  const connection = openConnection({
    url: options.url,
    token: await askForToken(following),
    ...operationOf(options, position.cursor()),
  });
  options.signal?.addEventListener('abort', connection.close);
  try {
    while (!options.signal?.aborted) {
      const message = await nextMessage<Selected>(connection);
      if (!message) return;
      following.attempts = 0;
      following.tokensRefused = 0;
      if (isNotice(message) || following.seen.add(message.eventId)) yield message;
      position.moveTo(message.cursor);
    }
  } finally {
    options.signal?.removeEventListener('abort', connection.close);
    connection.close();
  }
}

async function nextMessage<Selected>({ next }: Connection): Promise<FeedMessage<Selected> | null> {
  const result = await next();
  return result && readMessage<Selected>(result);
}

async function askForToken({ options, tokensRefused }: Following): Promise<string> {
  try {
    return await options.token({ wasRefused: tokensRefused > 0 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Interruption('failed', `There is no token: ${reason}`);
  }
}

function operationOf(
  { select, filter = {}, coalesceMs = 0, start, snapshot = false }: FollowOptions,
  cursor: string | null,
): { readonly query: string; readonly variables: Readonly<Record<string, unknown>> } {
  const query = `subscription Changes($after: String, $snapshot: Boolean!, $filter: ChangeFilter!, $coalesceMs: Int) {
  changes(after: $after, snapshot: $snapshot, filter: $filter, coalesceMs: $coalesceMs) {
    kind cursor eventId reason ${select}
  }
}`;
  const after = cursor ?? (start === 'earliest' && !snapshot ? start : null);
  return { query, variables: { after, snapshot, filter, coalesceMs } };
}

/** Throws the error when another connection would not help. */
async function waitAfter(following: Following, error: unknown): Promise<void> {
  if (!(error instanceof Interruption)) throw error;
  const { kind, message } = error;
  const { options } = following;
  if (kind === 'token') following.tokensRefused += 1;
  if (following.tokensRefused >= tokensRefusedMax) throw new FollowError('TOKEN_REFUSED', message);
  following.attempts += 1;
  const attempt = following.attempts;
  const waitMs = waitMsOf(kind, attempt, Math.random());
  (options.onRetry ?? warn)({ reason: message, attempt, waitMs });
  await wait(waitMs, undefined, { ...(options.signal && { signal: options.signal }) }).catch(
    () => undefined,
  );
}

function warn({ reason, attempt, waitMs }: Retry): void {
  process.emitWarning(`${reason}; attempt ${attempt} follows in ${waitMs} ms`, 'FollowChanges');
}
