import type { FieldProblem } from '@crm/kit/errors';
import type { Qualification } from './qualification.fields.ts';

/** What a qualification says, as a client sends it. */
export type QualificationValues = {
  readonly kind?: string | null;
  readonly name: string;
  readonly grade?: string | null;
  readonly number?: string | null;
  readonly issuer?: string | null;
  readonly validFrom?: string | null;
  readonly validUntil?: string | null;
};

/** As many as a customer may have. */
export const qualificationsMax = 50;

export const qualificationProblems = ({
  validFrom,
  validUntil,
}: Pick<Qualification, 'validFrom' | 'validUntil'>): FieldProblem[] =>
  validFrom !== null && validUntil !== null && validUntil < validFrom
    ? [{ path: 'validUntil', message: 'is before validFrom' }]
    : [];

const meaningOf = (each: QualificationValues): string =>
  JSON.stringify([
    each.kind ?? null,
    each.name,
    each.grade ?? null,
    each.number ?? null,
    each.issuer ?? null,
    each.validFrom ?? null,
    each.validUntil ?? null,
  ]);

type Replacement<Held> = {
  readonly kept: readonly Held[];
  readonly gone: readonly Held[];
  readonly added: readonly QualificationValues[];
};

/** What becomes of the qualifications that a customer holds when a whole list takes their place. */
export function replaceBy<Held extends QualificationValues>(
  held: readonly Held[],
  given: readonly QualificationValues[],
): Replacement<Held> {
  const wanted = new Set(given.map(meaningOf));
  const known = new Set(held.map(meaningOf));
  return {
    kept: held.filter((each) => wanted.has(meaningOf(each))),
    gone: held.filter((each) => !wanted.has(meaningOf(each))),
    added: given.filter(
      (each, at) =>
        !known.has(meaningOf(each)) &&
        given.findIndex((other) => meaningOf(other) === meaningOf(each)) === at,
    ),
  };
}
