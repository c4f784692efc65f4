import type { AggregateArgs } from '@crm/kit/record/aggregate';
import type { Entity } from '@crm/kit/record/entity';

/** From so many days on, reading facts by customer is quicker than by time. */
const longDaysMin = 60;

/**
 * Facts of a long time whose customers are looked up beside them are read in the order of their
 * customers, who stand side by side then: by time, each would look for its customer anywhere, which
 * costs 4 µs in a company of a million. MySQL takes both for the same.
 */
export function walkedByCustomer(entity: Entity, args: AggregateArgs): Entity {
  if (!namesCustomers(args) || !isLong(args.where ?? {})) return entity;
  const { beside } = entity;
  return { ...entity, beside: (alias) => `FORCE INDEX (byCustomer) ${beside(alias)}` };
}

const namesCustomers = ({ groupBy, measures }: AggregateArgs): boolean =>
  [...(groupBy ?? []), ...measures].some(({ field }) => field?.startsWith('customer.'));

/** All facts, or those between two days far apart. Any other filter may have a better key. */
function isLong(where: object): boolean {
  const [bounds, ...more] = Object.values(where);
  if (bounds === undefined) return true;
  if (more.length > 0 || typeof bounds !== 'object' || bounds === null) return false;
  const { gt, gte = gt, lt, lte = lt, ...others } = Object.fromEntries(Object.entries(bounds));
  if (Object.keys(others).length > 0) return false;
  return daysBetween(timeOf(gte, -Infinity), timeOf(lte, Infinity)) >= longDaysMin;
}

/** NaN for what is no time, which makes nothing long. */
function timeOf(bound: unknown, open: number): number {
  if (bound === undefined || bound === null) return open;
  if (bound instanceof Date) return bound.getTime();
  return typeof bound === 'string' && /^\d{4}-\d\d-\d\d/.test(bound) ? Date.parse(bound) : NaN;
}

const dayMs = 86_400_000;

const daysBetween = (from: number, to: number): number => (to - from) / dayMs;
