import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import type { ChangeKind } from './change-filter.ts';
import { Interruption } from './interruption.ts';
import { isRecord } from './is-record.ts';

export type GraphError = GraphQLFormattedError;

/** A change of a record, with what was selected. */
export type ChangeMessage<Selected> = Selected & {
  readonly kind: ChangeKind;
  readonly cursor: string;
  /** The same each time that this change comes. */
  readonly eventId: string;
  /** Why a part of what was selected is missing: a service did not answer. Mostly there are none. */
  readonly errors: readonly GraphError[];
};

/**
 * What the feed tells of itself. GAP: changes may be missing, read the state anew. OVERFLOW: changes
 * came faster than they were taken; nothing is missing. CAUGHT_UP: what follows is live.
 */
export type FeedNotice = NoticeOf<'GAP'> | NoticeOf<'OVERFLOW'> | NoticeOf<'CAUGHT_UP'>;

/** One type for each, so that a program that has looked at all of them knows that it has a change. */
type NoticeOf<Kind extends string> = {
  readonly kind: Kind;
  readonly cursor: string;
  readonly eventId: string;
  readonly reason: string | null;
};

export type FeedMessage<Selected> = ChangeMessage<Selected> | FeedNotice;

const notices: readonly unknown[] = ['GAP', 'OVERFLOW', 'CAUGHT_UP'];

export const isNotice = ({ kind }: { readonly kind: string }): boolean => notices.includes(kind);

/** Reads the result of one event. Throws an interruption when there is none in it. */
export function readMessage<Selected>({
  data,
  errors,
}: FormattedExecutionResult): FeedMessage<Selected> {
  const change = isRecord(data) ? data['changes'] : undefined;
  const message = isRecord(change) ? { ...change, errors: errors ?? [] } : undefined;
  if (isMessage<Selected>(message)) return message;
  const [first] = errors ?? [];
  throw new Interruption('failed', first?.message ?? 'A change came without its data');
}

/** What is selected besides is as the schema says, and as the caller has typed it. */
const isMessage = <Selected>(value: unknown): value is FeedMessage<Selected> =>
  isRecord(value) &&
  typeof value['kind'] === 'string' &&
  typeof value['cursor'] === 'string' &&
  typeof value['eventId'] === 'string';
