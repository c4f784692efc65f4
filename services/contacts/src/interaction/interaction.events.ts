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
import { InteractionEntity, type Interaction } from './interaction.fields.ts';

const customerId = (interaction: Interaction): string | null => interaction.customerId;

export const interactionLogged = (work: Work, rows: readonly Interaction[]): Promise<void> =>
  publishRows(work, { type: InteractionLogged, rows, customerId, data });

export const interactionAmended = (
  work: Work,
  changes: readonly Change<Interaction>[],
): Promise<void> =>
  publishChanges(work, {
    type: InteractionAmended,
    changes,
    customerId,
    data: ({ after }) => data(after),
  });

export const interactionRemoved = (work: Work, interaction: Interaction): Promise<void> =>
  publishRows(work, {
    type: InteractionRemoved,
    rows: [interaction],
    customerId,
    data: () => ({}),
  });

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
