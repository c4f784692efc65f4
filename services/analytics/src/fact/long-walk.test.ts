import { describe, expect, test } from '@jest/globals';
import { OrderFact } from './fact.fields.ts';
import { walkedByCustomer } from './long-walk.ts';

const byLevel = [{ field: 'customer.level' }];
const measures = [{ fn: 'COUNT' }] as const;
const isWalked = (where: object, groupBy = byLevel): boolean =>
  walkedByCustomer(OrderFact, { where: { ...where }, groupBy, measures }).beside('t') !==
  OrderFact.beside('t');

describe('facts are read by customer', () => {
  test.each([
    ['all of them', {}],
    ['a year of days', { orderedOn: { gte: '2025-01-01', lt: '2026-01-01' } }],
    [
      'a year of instants',
      { orderedOn: { gte: new Date('2025-01-01'), lt: new Date('2026-01-01') } },
    ],
    ['since a day', { orderedOn: { gte: '2025-01-01' } }],
    ['between two days', { orderedOn: { gt: '2025-01-01', lte: '2025-06-30' } }],
  ])('of %s', (_, where) => {
    expect(isWalked(where)).toBe(true);
  });

  test.each([
    ['a month', { orderedOn: { gte: '2025-01-01', lt: '2025-02-01' } }],
    ['a range of amounts', { amount: { gt: '3' } }],
    ['a range of numbers', { lineCount: { gt: 3 } }],
    ['one day', { orderedOn: { eq: '2025-01-01' } }],
    ['some customers', { customer: { level: { eq: 'KEY' } } }],
    ['a year of one salesperson', { orderedOn: { gte: '2025-01-01' }, salespersonId: { eq: 'x' } }],
    ['a choice', { any: [{ orderedOn: { gte: '2025-01-01' } }] }],
  ])('but not of %s', (_, where) => {
    expect(isWalked(where)).toBe(false);
  });

  test('only when their customers are looked up', () => {
    expect(isWalked({}, [{ field: 'orderedOn' }])).toBe(false);
  });
});
