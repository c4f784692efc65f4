import type { Interaction } from '../interaction/interaction.fields.ts';

/**
 * How close a member of staff is to a person, from what they had to do with each other: what took
 * place counts by its kind, and half as much after each half-life.
 */
const weights: Readonly<Record<Interaction['kind'], number>> = {
  VISIT: 3,
  MEETING: 3,
  MEAL: 3,
  GIFT: 2,
  EVENT: 2,
  CALL: 1.5,
  EMAIL: 1,
  MESSAGE: 1,
  LETTER: 1,
  OTHER: 1,
};

const halfLifeDays = 180;

const dayMs = 86_400_000;

/** The day on which a stored score is what it says: a score decays without being touched. */
const scoreEpoch = new Date('2026-01-01T00:00:00Z');

/** The score of this much closeness; three visits of today make a strength of 68. */
const scale = 8;

/** What an interaction adds to the stored score. */
export const scoreOf = ({ kind, occurredAt }: Pick<Interaction, 'kind' | 'occurredAt'>): number =>
  weights[kind] * 2 ** halfLivesAfterEpoch(occurredAt);

/** Nobody comes closer to whom was not reached. */
export const counts = ({ outcome }: Pick<Interaction, 'outcome'>): boolean =>
  outcome !== 'NOT_REACHED';

const halfLivesAfterEpoch = (at: Date): number =>
  (at.getTime() - scoreEpoch.getTime()) / (halfLifeDays * dayMs);

/** The strength that a stored score has at a time, 0 to 99. */
export const strengthOf = (score: number, at: Date): number =>
  Math.min(99, Math.round(100 * (1 - Math.exp(-(score * 2 ** -halfLivesAfterEpoch(at)) / scale))));

/** The least stored score that has a strength at a time, for conditions on the score. */
export const scoreFor = (strength: number, at: Date): number =>
  strength <= 0
    ? 0
    : -Math.log(1 - (Math.min(strength, 99) - 0.5) / 100) * scale * 2 ** halfLivesAfterEpoch(at);

/** The same score in SQL, over the row `alias` of an interaction. */
export const scoreSql = (alias: string): string =>
  `(CASE ${alias}.kind ${Object.entries(weights)
    .map(([kind, weight]) => `WHEN '${kind}' THEN ${weight}`)
    .join(' ')} ELSE 1 END
    * POW(2, TIMESTAMPDIFF(MICROSECOND, '2026-01-01 00:00:00', ${alias}.occurredAt) / ${halfLifeDays * dayMs * 1000}))`;
