import type { z } from 'zod';

/**
 * Who may read an event. `public` ones hold keys and values of class PUBLIC and INTERNAL and reach
 * partners too; `private` and `snapshot` ones reach service accounts only. A snapshot tells the
 * state an aggregate has, for projections that are built anew, and no fact.
 */
export type Visibility = 'public' | 'private' | 'snapshot';

/** A fact that happened in one service and that others may depend on. */
export type EventType<Data extends object = object> = {
  /** What it happened to, in the singular: `customer`. Order is kept per aggregate. */
  readonly aggregate: string;
  /** The past fact, led by its aggregate: `customer.updated`. */
  readonly type: `${string}.${string}`;
  /** A changed shape is a new version beside the old one. */
  readonly schemaVersion: number;
  readonly visibility: Visibility;
  readonly data: z.ZodType<Data>;
};

export type DataOf<Type extends EventType> = Type extends EventType<infer Data> ? Data : never;

/**
 * What a command tells. `version` is the aggregate's version after the change: each version has
 * exactly one public event, and at most one private one that adds what the public may not hold.
 */
export type NewEvent<Data extends object = object> = {
  readonly type: EventType<Data>;
  readonly aggregateId: string;
  readonly version: number;
  /** The customer that it concerns, to filter by. */
  readonly customerId: string | null;
  /** The id of the staff member who did it; null when nobody did. */
  readonly actor: string | null;
  /** Names of every changed field, of those too whose values the event may not hold. */
  readonly changedFields: readonly string[];
  readonly data: Data;
  /** The W3C `traceparent` of the request. */
  readonly trace?: string | null;
};

/** An event as its consumers are given it. */
export type RecordedEvent<Data = unknown> = {
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly visibility: Visibility;
  readonly aggregate: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly customerId: string | null;
  readonly actor: string | null;
  readonly changedFields: readonly string[];
  /** ISO 8601 in UTC, by the clock of the owner's database. Tells when, never the order. */
  readonly occurredAt: string;
  readonly trace: string | null;
  readonly data: Data;
};

export const defineEvent = <Data extends object>(
  type: `${string}.${string}`,
  data: z.ZodType<Data>,
  options: { readonly schemaVersion?: number; readonly visibility?: Visibility } = {},
): EventType<Data> => ({
  aggregate: type.slice(0, type.indexOf('.')),
  type,
  schemaVersion: options.schemaVersion ?? 1,
  visibility: options.visibility ?? 'public',
  data,
});
