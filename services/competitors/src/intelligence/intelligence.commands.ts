import type { RequestContext } from '@crm/kit/context';
import { forbidden } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { allow, scopeOf } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  removeRecord,
  type Rules,
} from '@crm/kit/record/record';
import { awaitConcern, lockConcern } from '../audience/audience.commands.ts';
import { withCurrentCompetitor } from '../merge/merged-competitors.ts';
import {
  intelligenceChanged,
  intelligenceRecorded,
  intelligenceRemoved,
} from './intelligence.events.ts';
import { IntelligenceItemEntity, type IntelligenceItem } from './intelligence.fields.ts';
import { intelligenceDerived, intelligenceProblems } from './intelligence.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };
type RecordInput = Repeatable & { readonly customerId?: string | null };

const memory = rowMemory(IntelligenceItemEntity);

const rulesOf = ({ now }: Work): Rules<IntelligenceItem> => ({
  defaults: () => ({ observedOn: companyDate(now), reliability: 'LIKELY' }),
  derive: intelligenceDerived,
  check: (item) => intelligenceProblems(item, companyDate(now)),
});

export async function recordIntelligence(
  context: RequestContext,
  input: RecordInput,
): Promise<IntelligenceItem> {
  const concern = { customerId: input.customerId ?? null };
  await awaitConcern(context, concern);
  return runCommand(context, { name: 'recordIntelligence', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'market intelligence');
    const { customerId } = await lockConcern(work, concern);
    const item = await createRecord(work, IntelligenceItemEntity, {
      input: { ...(await withCurrentCompetitor(work, input)), customerId },
      rules: rulesOf(work),
    });
    await intelligenceRecorded(work, item);
    return item;
  });
}

export const updateIntelligence = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<IntelligenceItem> =>
  runCommand(context, { name: 'updateIntelligence', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'market intelligence');
    const { id, expectedVersion = null } = input;
    const order = { id, expectedVersion, input, rules: rulesOf(work) };
    const change = await changeRecord(work, IntelligenceItemEntity, order);
    await intelligenceChanged(work, [change]);
    return change.after;
  });

export const removeIntelligence = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<IntelligenceItem> =>
  runCommand(context, { name: 'removeIntelligence', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'market intelligence');
    const { id, expectedVersion = null } = input;
    const { createdById } = await lockForWriting(work, IntelligenceItemEntity, id);
    const isOwn = createdById !== null && createdById === work.viewer.staffId;
    if (!isOwn && scopeOf(work.viewer, 'write') === 'own') {
      throw forbidden('You may remove what you have recorded');
    }
    const item = await removeRecord(work, IntelligenceItemEntity, { id, expectedVersion });
    await intelligenceRemoved(work, item);
    return item;
  });
