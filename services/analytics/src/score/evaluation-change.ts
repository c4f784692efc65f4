import type { Labels } from '@crm/kit/record/field';
import type { Contribution } from './score.ts';

/** A criterion's part of two results. */
export type ContributionDelta = {
  readonly indicator: string;
  readonly label: Labels | null;
  readonly category: Labels;
  readonly before: string;
  readonly after: string;
  readonly delta: string;
  readonly reason: 'CRITERION_ADDED' | 'CRITERION_REMOVED' | 'MODEL' | 'OTHERS' | 'RANK' | 'VALUE';
};

type Part = Contribution & { readonly category: Labels };

/**
 * What made a result another, the largest part first: the value itself, its rank among others, other
 * weights or points of the model, or that other criteria of the category count or don't.
 */
export function deltasOf(
  before: readonly Part[],
  after: readonly Part[],
): readonly ContributionDelta[] {
  const keys = [...new Set([...before, ...after].map(keyOf))];
  const [then, now] = [byKey(before), byKey(after)];
  return keys
    .flatMap((key) => deltaOf(then.get(key), now.get(key)))
    .filter(({ delta }) => Number(delta) !== 0)
    .toSorted((a, b) => Math.abs(Number(b.delta)) - Math.abs(Number(a.delta)));
}

/** An indicator may be scored twice, in two categories. */
const keyOf = ({ criterion, category }: Part): string => `${category.zh}\n${criterion.indicator}`;

const byKey = (parts: readonly Part[]): ReadonlyMap<string, Part> =>
  new Map(parts.map((part) => [keyOf(part), part]));

function deltaOf(before: Part | undefined, after: Part | undefined): ContributionDelta[] {
  const part = after ?? before;
  if (!part) return [];
  const [from, to] = [centsOf(before), centsOf(after)];
  return [
    {
      indicator: part.criterion.indicator,
      label: part.criterion.label,
      category: part.category,
      before: textOf(from),
      after: textOf(to),
      delta: textOf(to - from),
      reason: reasonOf(before, after),
    },
  ];
}

const centsOf = (part: Part | undefined): number =>
  part ? Math.round(Number(part.contribution) * 100) : 0;

const textOf = (cents: number): string => (cents / 100).toFixed(2);

function reasonOf(before: Part | undefined, after: Part | undefined): ContributionDelta['reason'] {
  if (!before) return 'CRITERION_ADDED';
  if (!after) return 'CRITERION_REMOVED';
  if (before.value !== after.value) return 'VALUE';
  if (before.share !== after.share) return 'RANK';
  const isSame = JSON.stringify(before.criterion) === JSON.stringify(after.criterion);
  return isSame ? 'OTHERS' : 'MODEL';
}
