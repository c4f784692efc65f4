import type { Work } from '@crm/kit/record/command';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Change } from '@crm/kit/record/record';
import {
  InteractionAmended,
  InteractionLogged,
  InteractionRemoved,
  type InteractionData,
} from '@crm/schemas/events/interaction';
import { addCloseness, recountCloseness } from '../closeness/closeness.repository.ts';
import { InteractionEntity, type Interaction } from './interaction.fields.ts';

const customerId = (interaction: Interaction): string | null => interaction.customerId;

/** Tells of interactions, and has those who took part come closer. */
export async function interactionLogged(work: Work, rows: readonly Interaction[]): Promise<void> {
  await addCloseness(work.manager, rows);
  await publishRows(work, { type: InteractionLogged, rows, customerId, data });
}

export async function interactionAmended(
  work: Work,
  changes: readonly Change<Interaction>[],
): Promise<void> {
  const counting = changes.filter(({ changedFields }) => changedFields.some(isCounted));
  await recountCloseness(
    work.manager,
    counting.flatMap(({ before, after }) => [before, after]),
  );
  await publishChanges(work, {
    type: InteractionAmended,
    changes,
    customerId,
    data: ({ after }) => data(after),
  });
}

const counted: readonly string[] = ['kind', 'occurredAt', 'outcome', 'participantIds', 'staffIds'];

const isCounted = (field: string): boolean => counted.includes(field);

export async function interactionRemoved(work: Work, interaction: Interaction): Promise<void> {
  await recountCloseness(work.manager, [interaction]);
  await publishRows(work, {
    type: InteractionRemoved,
    rows: [interaction],
    customerId,
    data: () => ({}),
  });
}

const data = (interaction: Interaction): InteractionData => ({
  kind: interaction.kind,
  direction: interaction.direction,
  customerId: interaction.customerId,
  personIds: [...interaction.participantIds],
  staffIds: [...interaction.staffIds],
  occurredAt: interaction.occurredAt.toISOString(),
  outcome: interaction.outcome,
  nextTouchOn: interaction.nextTouchOn,
  needId: interaction.relatesTo?.needId ?? null,
  opportunityId: interaction.relatesTo?.opportunityId ?? null,
  careTaskId: interaction.relatesTo?.careTaskId ?? null,
});

export const interactionSnapshot = snapshotOf({
  entity: InteractionEntity,
  type: InteractionLogged,
  customerId,
  data,
});
