import { upsertRecords } from '@crm/kit/record/upsert';
import type { Work } from '@crm/kit/record/command';
import { keepPlans } from '../touch-plan/keep-plans.commands.ts';
import { asKnownNow, interactionRules } from './interaction.commands.ts';
import { interactionLogged } from './interaction.events.ts';
import { InteractionEntity, type Interaction } from './interaction.fields.ts';
import { insertParties, knownStaff } from './interaction.repository.ts';

type DoneCare = {
  readonly careTaskId: string;
  readonly personId: string;
  readonly customerId: string | null;
  /** As care names it. */
  readonly channel: string | null;
  readonly doneAt: string;
};

const kinds: Readonly<Record<string, Interaction['kind']>> = {
  PHONE: 'CALL',
  SMS: 'MESSAGE',
  EMAIL: 'EMAIL',
  IM: 'MESSAGE',
  LETTER: 'LETTER',
  VISIT: 'VISIT',
};

/** Somebody has done care: people were in touch. Told again it changes nothing. */
export async function logDoneCare(work: Work, done: DoneCare): Promise<void> {
  const { careTaskId, personId, customerId, channel, doneAt } = done;
  const { staffId } = work.viewer;
  const staff = await knownStaff(work.manager, staffId === null ? [] : [staffId]);
  const inputs = await asKnownNow(work, [
    {
      source: 'care',
      externalRef: careTaskId,
      kind: kinds[channel ?? ''] ?? 'OTHER',
      customerId,
      participantIds: [personId],
      staffIds: [...staff],
      occurredAt: new Date(doneAt),
      subject: '客户关怀',
      relatesTo: { careTaskId },
    },
  ]);
  const { created } = await upsertRecords(work, InteractionEntity, {
    inputs,
    matchOn: ['source', 'externalRef'],
    mode: 'CREATE',
    rules: await interactionRules(work),
  });
  await insertParties(work.manager, created);
  await interactionLogged(work, created);
  await keepPlans(work, created);
}
