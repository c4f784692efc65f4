import { describe, expect, test } from '@jest/globals';
import { fieldsNaming } from '@crm/kit/projection/moved-reference';
import { decodeRow } from '@crm/kit/record/entity';
import { takeProblems } from '@crm/kit/record/merged-values';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';
import { entities } from '../entities.ts';
import { mergeRules, valuesOfMerge } from './merge.ts';
import { references } from './references.ts';

test('every kind of record that names customers follows them', () => {
  const naming = entities.filter((entity) => fieldsNaming(entity, 'Customer').length > 0);
  expect(references.map(({ entity }) => entity.name).toSorted()).toEqual(
    naming.map(({ name }) => name).toSorted(),
  );
});

const customer = (values: Readonly<Record<string, unknown>>): Customer =>
  decodeRow(CustomerEntity, { id: 'x', version: 1, name: 'A', ...values });

describe('valuesOfMerge', () => {
  const survivor = customer({
    name: '甲',
    formerNames: ['甲一'],
    tags: ['a'],
    phone: '1',
    'address.city': '上海',
    customFields: { size: 1 },
  });
  const merged = customer({
    name: '乙',
    formerNames: ['乙一'],
    tags: ['b', 'a'],
    phone: '2',
    fax: '3',
    'address.city': '北京',
    'address.street': '长安街',
    'headcount.total': 5,
    'finance.bankCreditRating': 'GOOD',
    customFields: { size: 2, colour: 'red' },
  });

  test('keep what the survivor has and give it what it lacks', () => {
    const values = valuesOfMerge(survivor, merged, []);
    expect(values.has('phone')).toBe(false);
    expect(values.get('fax')).toBe('3');
    expect(values.get('headcount.total')).toBe(5);
    expect(values.get('finance.bankCreditRating')).toBe('GOOD');
    expect(values.get('customFields')).toEqual({ size: 1, colour: 'red' });
  });

  test('never mix two addresses', () => {
    expect(valuesOfMerge(survivor, merged, []).has('address.street')).toBe(false);
    const taken = valuesOfMerge(survivor, merged, ['address']);
    expect([taken.get('address.city'), taken.get('address.street')]).toEqual(['北京', '长安街']);
  });

  test('join lists, and keep both names', () => {
    const values = valuesOfMerge(survivor, merged, []);
    expect(values.get('tags')).toEqual(['a', 'b']);
    expect(values.get('formerNames')).toEqual(['甲一', '乙一', '乙']);
    const renamed = valuesOfMerge(survivor, merged, ['name']);
    expect(renamed.get('name')).toBe('乙');
    expect(renamed.get('formerNames')).toEqual(['甲一', '乙一', '甲']);
  });
});

test('takeProblems names what cannot be taken', () => {
  expect(takeProblems(mergeRules, ['phone', 'address', 'finance.registeredCapital'])).toEqual([]);
  expect(takeProblems(mergeRules, ['code', 'nope', 'id', 'teamId'])).toHaveLength(4);
});
