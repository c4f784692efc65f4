import type { FieldProblem } from '@crm/kit/errors';
import type { Interaction } from './interaction.fields.ts';

/** How far clocks may be apart. */
const clockSkewMs = 5 * 60_000;
const minutesMax = 7 * 24 * 60;

type Check = readonly [isBroken: boolean, path: string, message: string];

/** What is wrong with an interaction by itself. */
export function interactionProblems(interaction: Interaction, now: Date): FieldProblem[] {
  const { customerId, participantIds, durationMinutes, nextTouchOn, occurredAt } = interaction;
  const checks: readonly Check[] = [
    [
      customerId === null && participantIds.length === 0,
      'customerId',
      'or a participant is needed',
    ],
    [
      occurredAt.getTime() > now.getTime() + clockSkewMs,
      'occurredAt',
      'is in the future: what is planned is no interaction',
    ],
    [
      durationMinutes !== null && (durationMinutes < 0 || durationMinutes > minutesMax),
      'durationMinutes',
      `must be from 0 to ${minutesMax}`,
    ],
    [
      nextTouchOn !== null && nextTouchOn < occurredAt.toISOString().slice(0, 10),
      'nextTouchOn',
      'is before it occurred',
    ],
    [
      interaction.visibility !== 'CUSTOMER' && interaction.ownerId === null,
      'visibility',
      'needs a member of staff who logs it',
    ],
    [
      interaction.externalRef !== null && interaction.source === null,
      'source',
      'is required beside an external reference',
    ],
  ];
  return checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));
}
