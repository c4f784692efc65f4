import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { awaitCustomers, lockCustomer } from '@crm/kit/projection/customer-access';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { readInput, refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import {
  insertRecords,
  lockForWriting,
  newRow,
  withDefaults,
  writeChange,
} from '@crm/kit/record/record';
import {
  affiliationRules,
  lockAround,
  wholeAffiliation,
  type AffiliateInput,
} from './affiliation.commands.ts';
import { affiliationEnded, affiliationStarted } from './affiliation.events.ts';
import { AffiliationEntity, type Affiliation } from './affiliation.fields.ts';
import { findAffiliations } from './affiliation.repository.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

const memory = rowMemory(AffiliationEntity);

type EndInput = Repeatable &
  Versioned & {
    readonly endedOn?: string | null;
    readonly reason: NonNullable<Affiliation['endReason']>;
    /** Where the person has gone, when that is known. */
    readonly movedTo?: Omit<AffiliateInput, 'personId'> | null;
  };

export async function endAffiliation(
  context: RequestContext,
  input: EndInput,
): Promise<Affiliation> {
  await awaitCustomers(context, [input.movedTo?.customerId]);
  return runCommand(context, { name: 'endAffiliation', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'affiliations');
    await lockTarget(work, input);
    await lockAround(work, input.id);
    const before = await lockForWriting(work, AffiliationEntity, input.id);
    const endedOn = input.endedOn ?? companyDate(work.now);
    refuseDay(before, endedOn);
    const next = input.movedTo ? await planMove(work, before, { ...input.movedTo, endedOn }) : null;
    const change = await writeChange(work, AffiliationEntity, {
      before,
      changes: {
        validTo: { from: before.validTo, to: endedOn },
        endReason: { from: before.endReason, to: input.reason },
        ...(next && { movedToId: { from: before.movedToId, to: next.id } }),
      },
    });
    await affiliationEnded(work, [change]);
    const started = next ? [next] : [];
    await insertRecords(work, AffiliationEntity, started);
    await affiliationStarted(work, started);
    return change.after;
  });
}

async function lockTarget(work: Work, { movedTo, reason }: EndInput): Promise<void> {
  if (movedTo && reason !== 'MOVED') {
    throw refused(AffiliationEntity, [{ path: 'movedTo', message: 'is for the reason MOVED' }]);
  }
  if (movedTo?.customerId) await lockCustomer(work, movedTo.customerId);
}

function refuseDay({ validFrom, validTo }: Affiliation, endedOn: string): void {
  if (validTo !== null && validTo <= endedOn) {
    throw ruleViolation(`It has ended on ${validTo} already`);
  }
  if (validFrom !== null && endedOn < validFrom) {
    throw refused(AffiliationEntity, [{ path: 'endedOn', message: 'is before validFrom' }]);
  }
}

type Move = Omit<AffiliateInput, 'personId'> & { readonly endedOn: string };

/** What the person is at the new place from the next day on: mainly, if that was so at the old one. */
async function planMove(
  work: Work,
  { id, personId, isPrimary }: Affiliation,
  { endedOn, ...movedTo }: Move,
): Promise<Affiliation> {
  const customerId = movedTo.customerId ?? null;
  const found = await findAffiliations(work.manager, {
    customerIds: [customerId],
    personIds: [personId],
  });
  const others = found.map((each) => (each.id === id ? { ...each, validTo: endedOn } : each));
  const rules = affiliationRules(others);
  const input = { isPrimary, validFrom: nextDay(endedOn), ...given(movedTo), personId, customerId };
  const values = await readInput(work.manager, AffiliationEntity, {
    input: withDefaults(wholeAffiliation(input), rules),
    mode: 'create',
  });
  const affiliation = newRow(work, AffiliationEntity, { values, rules });
  const problems = rules.check?.(affiliation) ?? [];
  if (problems.length === 0) return affiliation;
  throw refused(
    AffiliationEntity,
    problems.map(({ path, message }) => ({ path: `movedTo.${path}`, message })),
  );
}

const given = (input: object): object =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));

const dayMs = 86_400_000;

const nextDay = (day: string): string =>
  new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);
