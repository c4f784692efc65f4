import type { FieldProblem } from '@crm/kit/errors';
import { audienceOf } from '../audience/audience.ts';
import type { IntelligenceItem } from './intelligence.fields.ts';

const subjectFields = {
  COMPETITOR: 'competitorId',
  PRODUCT: 'competitorProductId',
  CUSTOMER: 'customerId',
  MARKET: null,
} as const;

/** What is wrong with an item beside the form of its fields. */
export const intelligenceProblems = (item: IntelligenceItem, today: string): FieldProblem[] => [
  ...subjectProblems(item),
  ...sourceProblems(item),
  ...dayProblems(item, today),
];

function subjectProblems(item: IntelligenceItem): FieldProblem[] {
  const named = subjectFields[item.subject];
  return named !== null && item[named] === null
    ? [{ path: named, message: `is required for ${item.subject}` }]
    : [];
}

const sourceProblems = ({ source, sourceUrl }: IntelligenceItem): FieldProblem[] => [
  ...(source === null && sourceUrl === null
    ? [{ path: 'source', message: 'says where this comes from, or sourceUrl does' }]
    : []),
  ...(sourceUrl !== null && !/^https?:\/\/\S+$/.test(sourceUrl)
    ? [{ path: 'sourceUrl', message: 'is an address that begins with http:// or https://' }]
    : []),
];

const dayProblems = (
  { observedOn, validUntil }: IntelligenceItem,
  today: string,
): FieldProblem[] => [
  ...(observedOn > today ? [{ path: 'observedOn', message: 'is still to come' }] : []),
  ...(validUntil !== null && validUntil < observedOn
    ? [{ path: 'validUntil', message: 'is before observedOn' }]
    : []),
];

/** It still holds, as far as was said. */
export const isValidOn = ({ validUntil }: IntelligenceItem, day: string): boolean =>
  validUntil === null || validUntil >= day;

const searchTextMax = 10_000;

export const intelligenceDerived = (item: IntelligenceItem): Record<string, unknown> => ({
  audience: audienceOf(item),
  searchText: [item.title, ...item.tags, item.body ?? '']
    .map((part) => part.normalize('NFKC').trim())
    .filter((part) => part !== '')
    .join(' ')
    .slice(0, searchTextMax),
});
