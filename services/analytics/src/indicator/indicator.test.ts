import type { Criteria } from '@crm/kit/record/criteria';
import type { CustomField } from '@crm/kit/record/custom-field';
import { describe, expect, test } from '@jest/globals';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { OrderFact, PaymentFact, ReceivableFact } from '../fact/fact.fields.ts';
import { InteractionFact } from '../fact/interaction.fields.ts';
import type { IndicatorCatalogue } from './indicator-catalogue.ts';
import { classesOf, examine } from './indicator-check.ts';
import { sourceOf, sourceProblems, type SourceInput } from './indicator-source.ts';
import { dependsOn, withInputs, type Indicator, type IndicatorSource } from './indicator.ts';

const indicator = (
  code: string,
  source: IndicatorSource,
  more: Partial<Indicator> = {},
): Indicator => ({
  code,
  labels: { zh: code, en: code },
  category: 'TRANSACTION',
  subjectType: 'CUSTOMER',
  source,
  valueType: 'NUMBER',
  unit: null,
  isActive: true,
  ...more,
});

const orders = { kind: 'AGGREGATE', fact: 'ORDER', window: { kind: 'ALL_TIME' } } as const;
const sum = { ...orders, measure: 'SUM', field: 'amount' } as const;
const ratio = (of: string, to: string): IndicatorSource => ({ kind: 'RATIO', of, to });

const capacity: CustomField = {
  id: 'Customer.capacity',
  entity: 'Customer',
  key: 'capacity',
  type: 'NUMBER',
  labels: { zh: '产能', en: 'Capacity' },
  class: 'INTERNAL',
  required: false,
  unique: false,
  indexed: false,
  options: [],
  active: true,
  indexState: 'NONE',
  indexProblem: null,
};

const known: readonly Indicator[] = [
  indicator('amount', sum, { unit: 'CNY' }),
  indicator('dollars', { ...sum, currency: 'USD' }, { unit: 'USD' }),
  indicator('count', { ...orders, measure: 'COUNT' }),
  indicator('average', ratio('amount', 'count')),
  indicator('of_average', ratio('average', 'count')),
  indicator('retired', sum, { isActive: false, unit: 'CNY' }),
  indicator('form', { kind: 'FIELD', field: 'legalForm' }, { valueType: 'TEXT' }),
  indicator('of_person', sum, { subjectType: 'PERSON' }),
];

const catalogue: IndicatorCatalogue = {
  facts: {
    ORDER: OrderFact,
    PAYMENT: PaymentFact,
    RECEIVABLE: ReceivableFact,
    INTERACTION: InteractionFact,
  },
  subjects: { CUSTOMER: CustomerEntity },
  customFields: new Map([
    [capacity.id, capacity],
    ['Customer.old', { ...capacity, active: false }],
  ]),
  indicators: new Map(known.map((each) => [each.code, each])),
};

const look = (source: IndicatorSource, code = 'new'): ReturnType<typeof examine> =>
  examine({ code, source, subjectType: 'CUSTOMER' }, catalogue);

const deep = (levels: number): Criteria => {
  let tree: Criteria = { status: { eq: 'PLACED' } };
  for (let level = 0; level < levels; level += 1) tree = { all: [tree] };
  return tree;
};

describe('the form of a source', () => {
  test.each([
    [{ kind: 'AGGREGATE', measure: 'COUNT' }, 'fact', 'is required for AGGREGATE'],
    [{ kind: 'RATIO', of: 'a' }, 'to', 'is required for RATIO'],
    [{ kind: 'FIELD', field: 'level', fact: 'ORDER' }, 'fact', 'is nothing of FIELD'],
    [
      { ...orders, measure: 'COUNT', window: { kind: 'ROLLING_DAYS', days: 0 } },
      'window.days',
      'takes 1',
    ],
    [{ ...orders, measure: 'COUNT', window: { kind: 'ROLLING_DAYS' } }, 'window.days', 'takes 1'],
    [{ ...orders, measure: 'DECAYED_SUM' }, 'halfLifeDays', 'must be 1 to'],
    [{ ...sum, halfLifeDays: 30 }, 'halfLifeDays', 'is of DECAYED_SUM alone'],
    [{ ...sum, currency: 'rmb' }, 'currency', 'three capital letters'],
    [{ ...sum, where: [] }, 'where', 'must be an object'],
    [{ ...sum, where: deep(1000) }, 'where', 'nested too deep'],
    [{ ...sum, where: deep(200_000) }, 'where', 'nested too deep'],
    [{ ...sum, where: { status: { in: ['x'.repeat(20_000)] } } }, 'where', 'characters'],
  ] satisfies readonly (readonly [SourceInput, string, string])[])(
    'is refused for %#',
    (input, part, message) => {
      expect(sourceProblems(input)).toEqual([
        { path: `source.${part}`, message: expect.stringContaining(message) },
      ]);
    },
  );

  test('leaves out what was not given', () => {
    const input: SourceInput = { kind: 'AGGREGATE', fact: 'ORDER', measure: 'COUNT', where: null };
    expect(sourceProblems(input)).toEqual([]);
    expect(sourceOf(input)).toEqual({ ...orders, measure: 'COUNT' });
  });
});

describe('a source beside the catalogue', () => {
  test.each([
    [{ ...sum, fact: 'WEATHER' }, 'fact', 'must be one of ORDER'],
    [{ ...sum, fact: 'toString' }, 'fact', 'must be one of ORDER'],
    [{ ...sum, field: 'weight' }, 'field', 'OrderFact has no field "weight"'],
    [{ ...sum, field: 'status' }, 'field', 'SUM needs a number'],
    [{ ...orders, measure: 'SUM' }, 'field', 'is required for SUM'],
    [{ ...orders, measure: 'COUNT', field: 'amount' }, 'field', 'is nothing of COUNT'],
    [
      { ...orders, fact: 'INTERACTION', measure: 'DISTINCT', field: 'personIds' },
      'field',
      'several',
    ],
    [{ ...sum, bucket: 'MONTH' }, 'bucket', 'DISTINCT over a date'],
    [{ ...orders, measure: 'COUNT', currency: 'USD' }, 'currency', 'of amounts alone'],
    [{ ...sum, on: 'status' }, 'on', 'has no date "status"'],
    [{ ...sum, where: { color: { eq: 'red' } } }, 'where', 'no field "color"'],
    [{ ...sum, where: { amount: { amount: { like: '1' } } } }, 'where', "can't be compared"],
    [{ ...sum, where: deep(11) }, 'where', 'nested 10 deep'],
    [{ kind: 'FIELD', field: 'shoeSize' }, 'field', 'no active field "shoeSize"'],
    [{ kind: 'FIELD', field: 'custom.nothing' }, 'field', 'no active field'],
    [{ kind: 'FIELD', field: 'custom.old' }, 'field', 'no active field'],
    [{ kind: 'FIELD', field: 'categories' }, 'field', 'several values'],
    [{ kind: 'FIELD', field: 'level', since: 'DAYS' }, 'since', 'of dates alone'],
    [ratio('amount', 'nobody'), 'to', 'nobody is no indicator'],
    [ratio('retired', 'count'), 'of', 'retired is retired'],
    [ratio('form', 'count'), 'of', 'form is no number'],
    [ratio('of_person', 'count'), 'of', 'is of a PERSON'],
    [ratio('amount', 'dollars'), 'to', 'is in USD, the other in CNY'],
    [{ kind: 'DIFFERENCE', of: 'amount', to: 'count' }, 'to', 'in plain numbers, the other in CNY'],
  ] satisfies readonly (readonly [IndicatorSource, string, string])[])(
    'is refused for %#',
    (source, part, message) => {
      expect(look(source).problems).toEqual([
        { path: `source.${part}`, message: expect.stringContaining(message) },
      ]);
    },
  );

  test('is refused when it is made of itself, through others too', () => {
    expect(look(ratio('of_average', 'count'), 'average').problems).toEqual([
      { path: 'source.of', message: 'of_average is made of average itself' },
    ]);
    expect(look(ratio('count', 'count'), 'count').problems).toHaveLength(2);
  });

  test.each([
    [sum, 'NUMBER', 'CNY'],
    [{ ...sum, currency: 'USD' }, 'NUMBER', 'USD'],
    [{ ...orders, measure: 'COUNT' }, 'NUMBER', null],
    [{ kind: 'RECENCY', fact: 'ORDER' }, 'NUMBER', 'DAY'],
    [
      { kind: 'FREQUENCY', fact: 'INTERACTION', window: { kind: 'THIS_YEAR' } },
      'NUMBER',
      'PER_MONTH',
    ],
    [{ kind: 'STATE', state: 'OVERDUE_BALANCE' }, 'NUMBER', 'CNY'],
    [{ kind: 'FIELD', field: 'legalForm' }, 'TEXT', null],
    [{ kind: 'FIELD', field: 'establishedOn', since: 'YEARS' }, 'NUMBER', 'YEAR'],
    [{ kind: 'FIELD', field: 'custom.capacity' }, 'NUMBER', null],
    [ratio('amount', 'count'), 'NUMBER', null],
    [{ kind: 'DIFFERENCE', of: 'amount', to: 'amount' }, 'NUMBER', 'CNY'],
  ] satisfies readonly (readonly [IndicatorSource, string, string | null])[])(
    'says what its values are: %#',
    (source, valueType, unit) => {
      expect(look(source)).toMatchObject({ problems: [], valueType, unit });
    },
  );
});

describe('an indicator made of others', () => {
  test('comes after them, each once', () => {
    const wanted = ['of_average', 'amount'].flatMap((code) => catalogue.indicators.get(code) ?? []);
    expect(withInputs(wanted, catalogue.indicators).map(({ code }) => code)).toEqual([
      'amount',
      'count',
      'average',
      'of_average',
    ]);
  });

  test('depends on the facts that they depend on', () => {
    const average = indicator('x', ratio('average', 'count'));
    expect([...dependsOn(average, catalogue.indicators)]).toEqual(['ORDER']);
    const ofKey = indicator('y', { ...sum, where: { customer: { level: { eq: 'KEY' } } } });
    expect([...dependsOn(ofKey, catalogue.indicators)]).toEqual(['ORDER', 'SUBJECT']);
  });

  test('is kept as carefully as they are', () => {
    expect([...classesOf(indicator('x', ratio('form', 'count')), catalogue)]).toEqual(['INTERNAL']);
  });
});
