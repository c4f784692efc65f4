import type { z } from 'zod';

/** A fact that happened in one service and that others may depend on. */
export type EventType<Data extends object = object> = {
  /** What it happened to, in the singular: `customer`. Order is kept per aggregate. */
  readonly aggregate: string;
  /** The past fact, led by its aggregate: `customer.updated`. */
  readonly type: `${string}.${string}`;
  /** A changed shape is a new version beside the old one. */
  readonly schemaVersion: number;
  /** `private` events may hold personal values and reach service accounts only. */
  readonly visibility: 'public' | 'private';
  readonly data: z.ZodType<Data>;
};

export const defineEvent = <Data extends object>(
  type: `${string}.${string}`,
  data: z.ZodType<Data>,
  options: { readonly schemaVersion?: number; readonly visibility?: 'public' | 'private' } = {},
): EventType<Data> => ({
  aggregate: type.slice(0, type.indexOf('.')),
  type,
  schemaVersion: options.schemaVersion ?? 1,
  visibility: options.visibility ?? 'public',
  data,
});
