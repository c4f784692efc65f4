import type { AggregateSource, StateSource } from './indicator.ts';

/** A balance as the sum over the facts that make it up. */
export const stateSource = ({ state, currency }: StateSource, today: string): AggregateSource => ({
  kind: 'AGGREGATE',
  fact: 'RECEIVABLE',
  measure: 'SUM',
  field: 'balance',
  window: { kind: 'ALL_TIME' },
  ...(state === 'OVERDUE_BALANCE' && { where: { dueOn: { lt: today } } }),
  ...(currency && { currency }),
});
