import type { RequestContext } from '@crm/kit/context';
import { notFound, type FieldProblem } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  removeRecord,
  type Rules,
} from '@crm/kit/record/record';
import { AffiliationEntity } from '../affiliation/affiliation.fields.ts';
import { DecisionRecordEntity, type DecisionRecord } from './decision.fields.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

const memory = rowMemory(DecisionRecordEntity);

export const recordDecision = (
  context: RequestContext,
  input: Repeatable & { readonly affiliationId: string },
): Promise<DecisionRecord> =>
  runCommand(context, { name: 'recordDecision', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'affiliations');
    const { affiliationId } = input;
    if (!isId(affiliationId)) throw notFound(AffiliationEntity.name, affiliationId);
    const { personId, customerId } = await lockForWriting(work, AffiliationEntity, affiliationId);
    return createRecord(work, DecisionRecordEntity, {
      input,
      rules: { ...rules(work), derive: () => ({ personId, customerId }) },
    });
  });

export const updateDecision = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<DecisionRecord> =>
  runCommand(context, { name: 'updateDecision', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'affiliations');
    const { id, expectedVersion = null } = input;
    const order = { id, expectedVersion, input, rules: rules(work) };
    return (await changeRecord(work, DecisionRecordEntity, order)).after;
  });

export const removeDecision = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<DecisionRecord> =>
  runCommand(context, { name: 'removeDecision', input, memory }, (work) => {
    allow(work.viewer, 'write', 'affiliations');
    const { id, expectedVersion = null } = input;
    return removeRecord(work, DecisionRecordEntity, { id, expectedVersion });
  });

const rules = ({ now }: Work): Rules<DecisionRecord> => ({
  check: ({ decidedOn }): FieldProblem[] =>
    decidedOn > companyDate(now)
      ? [{ path: 'decidedOn', message: 'must not be in the future' }]
      : [],
});
