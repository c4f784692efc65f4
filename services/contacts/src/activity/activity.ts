/** What happened with a person. Each kind names the record that tells more, or what came of it. */
export const activityKinds = [
  'INTERACTION',
  'JOB_STARTED',
  'JOB_ENDED',
  'PROMOTED',
  'RELATION_STARTED',
  'RELATION_ENDED',
  'LIFE_EVENT',
] as const;

export type ActivityKind = (typeof activityKinds)[number];

export type Activity = {
  readonly kind: ActivityKind;
  readonly at: Date;
  /** Of the record: an interaction, an affiliation, a promotion, a relationship; of a life event the person. */
  readonly recordId: string;
  /** What the person came to be: DEPARTED, DECEASED. */
  readonly status: string | null;
};

export const isOf = ({ kind }: Activity, kinds: readonly ActivityKind[]): boolean =>
  kinds.includes(kind);
