import type { Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { reachableCustomers } from '@crm/kit/projection/customer-access';
import type { FieldProblem } from '@crm/kit/errors';
import { rowWith } from '@crm/kit/record/entity';
import { newId } from '@crm/kit/id';
import { checkInputs, type CheckedInput } from '@crm/kit/record/input';
import {
  insertRecords,
  newRow,
  planChange,
  withDefaults,
  writeChanges,
  type Change,
} from '@crm/kit/record/record';
import { isActiveOn, overlaps } from '@crm/kit/record/period';
import type { toContactPoints } from '../person/contact-point.ts';
import { affiliationRules, wholeAffiliation } from './affiliation.commands.ts';
import { affiliationChanged, affiliationStarted } from './affiliation.events.ts';
import { AffiliationEntity, type Affiliation } from './affiliation.fields.ts';
import { findAffiliations } from './affiliation.repository.ts';
import { isSamePlace } from './affiliation.ts';

export type AffiliationRow = {
  readonly customerId?: string | null;
  readonly organizationName?: string | null;
  readonly contactPoints?: Parameters<typeof toContactPoints>[0] | null;
};

type PersonPlace = {
  /** Null for a person who is yet to be made. */
  readonly personId: string | null;
  readonly affiliation: AffiliationRow | null;
};

/** What one row comes to; nothing is written yet. */
export type PlannedAffiliation = {
  readonly before: Affiliation | null;
  readonly after: Affiliation;
  readonly changes: Change<Affiliation>['changes'];
  readonly problems: readonly FieldProblem[];
};

const unknownCustomer = {
  path: 'affiliation.customerId',
  message: 'is no customer that you may change',
};

/**
 * Plans what people are at organisations, row by row: the one in force there is changed, else one
 * is started. The caller has locked the people; the customers are locked here.
 */
export async function planAffiliations(
  work: Work,
  places: readonly PersonPlace[],
): Promise<(PlannedAffiliation | null)[]> {
  const customerIds = places.flatMap(({ affiliation }) => affiliation?.customerId ?? []);
  const reachable = await reachableCustomers(work, 'write', customerIds);
  const book = await findAffiliations(work.manager, {
    customerIds,
    personIds: places.map(({ personId }) => personId),
  });
  const inputs = places.map(({ personId, affiliation }) => ({
    ...wholeAffiliation(affiliation ?? {}),
    personId: personId ?? newId(),
  }));
  const checked = await checkInputs(work.manager, AffiliationEntity, { inputs, mode: 'update' });
  return places.map(({ affiliation }, at) => {
    const input = inputs[at];
    if (affiliation === null || !input) return null;
    const { customerId } = affiliation;
    const missing = customerId && !reachable.has(customerId) ? [unknownCustomer] : [];
    const planned = planRow(work, book, { input, problems: checked[at]?.problems ?? [] });
    return { ...planned, problems: [...missing, ...planned.problems] };
  });
}

type RowInput = {
  readonly input: object;
  readonly problems: CheckedInput['problems'];
};

function planRow(
  work: Work,
  book: Affiliation[],
  { input, problems: shape }: RowInput,
): PlannedAffiliation {
  const rules = affiliationRules(book);
  const values = given(withDefaults(input, rules));
  const fresh = newRow(work, AffiliationEntity, { values, rules });
  const before = matchOf(fresh, book, companyDate(work.now));
  const { after, changes } = before
    ? planChange(AffiliationEntity, before, { values: given(input), rules })
    : { after: fresh, changes: {} };
  const problems = shape.length > 0 ? shape : (rules.check?.(after) ?? []);
  if (problems.length === 0) enter(book, after);
  return {
    before,
    after,
    changes,
    problems: problems.map(({ path, message }) => ({ path: `affiliation.${path}`, message })),
  };
}

const given = (input: object): ReadonlyMap<string, unknown> =>
  new Map(Object.entries(input).filter(([, value]) => value !== null && value !== undefined));

/** The one in force at the place, else the last that a row without dates may mean. */
function matchOf(
  fresh: Affiliation,
  book: readonly Affiliation[],
  today: string,
): Affiliation | null {
  const there = book.filter(
    (each) => each.personId === fresh.personId && isSamePlace(each, fresh) && overlaps(each, fresh),
  );
  return there.find((each) => isActiveOn(each, today)) ?? there.at(-1) ?? null;
}

function enter(book: Affiliation[], affiliation: Affiliation): void {
  const at = book.findIndex(({ id }) => id === affiliation.id);
  book.splice(at < 0 ? book.length : at, 1, affiliation);
}

type Accepted = { readonly personId: string; readonly planned: PlannedAffiliation };

/** Writes what was planned; gives the ids of the people for whom anything is different now. */
export async function saveAffiliations(
  work: Work,
  accepted: readonly Accepted[],
): Promise<ReadonlySet<string>> {
  const started = accepted.flatMap(({ personId, planned: { before, after } }) =>
    before === null ? [rowWith(AffiliationEntity, after, { personId })] : [],
  );
  const planned = accepted.flatMap(({ planned: { before, changes } }) =>
    before === null ? [] : [{ before, changes }],
  );
  const written = await writeChanges(work, AffiliationEntity, planned);
  const changed = written.filter(({ changedFields }) => changedFields.length > 0);
  await insertRecords(work, AffiliationEntity, started);
  await affiliationStarted(work, started);
  await affiliationChanged(work, changed);
  return new Set([...started, ...changed.map(({ after }) => after)].map((each) => each.personId));
}
