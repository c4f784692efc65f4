import type { MergeRules } from '@crm/kit/record/merged-values';
import { CompetitorEntity } from '../competitor/competitor.fields.ts';
import type {
  OpportunityCompetitor,
  Standing,
} from '../opportunity-competitor/opportunity-competitor.fields.ts';

export const mergeRules: MergeRules = {
  entity: CompetitorEntity,
  wholes: [['address'], ['registeredCapital'], ['annualRevenue']],
  kept: ['code', 'name'],
};

/** What counts when both stand on one opportunity: the one that got further. */
const ranks: readonly Standing[] = ['WITHDRAWN', 'LOST', 'ACTIVE', 'LEADING', 'WON'];

export const further = (one: Standing, other: Standing): Standing =>
  ranks.indexOf(one) >= ranks.indexOf(other) ? one : other;

const nameMax = 200;

/** Another name for a product whose own the survivor has given to one of its own. */
export const distinctName = (name: string, mergedName: string): string => {
  const suffix = ` (${mergedName})`.slice(0, nameMax / 2);
  return `${name.slice(0, nameMax - suffix.length)}${suffix}`;
};

const kept = <Value>(own: Value | null, other: Value | null): Value | null => own ?? other;
const joined = (own: readonly string[], other: readonly string[], max: number): string[] =>
  [...new Set([...own, ...other])].slice(0, max);

/** What the one comes to hold that stays of two on the same opportunity. */
export const foldedValues = (
  own: OpportunityCompetitor,
  other: OpportunityCompetitor,
): Map<string, unknown> => {
  const price = own.quotedPrice ?? other.quotedPrice;
  return new Map<string, unknown>([
    ['standing', further(own.standing, other.standing)],
    ['since', own.since < other.since ? own.since : other.since],
    ['incumbent', own.incumbent || other.incumbent],
    ['quotedPrice.amount', price?.amount ?? null],
    ['quotedPrice.currency', price?.currency ?? null],
    ['productIds', joined(own.productIds, other.productIds, 20)],
    ['contactsCovered', joined(own.contactsCovered, other.contactsCovered, 50)],
    ['strengths', kept(own.strengths, other.strengths)],
    ['weaknesses', kept(own.weaknesses, other.weaknesses)],
    ['ourStrategy', kept(own.ourStrategy, other.ourStrategy)],
    ['note', kept(own.note, other.note)],
  ]);
};
