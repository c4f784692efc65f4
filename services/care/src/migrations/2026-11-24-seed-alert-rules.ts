import { migration } from '@crm/kit/database/migration';

type Seed = {
  readonly id: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly kind: string;
  readonly criteria: object;
  readonly days: number;
  readonly levels: readonly { readonly level: string; readonly days: number }[];
  readonly escalateAfterDays: number | null;
};

/** What a new company starts with; it may change and switch off the rules as it likes. */
const seeds: readonly Seed[] = [
  {
    id: '019dcf0a000070008000000000000001',
    code: 'contact_overdue',
    zh: '客户联系超期',
    en: 'Contact overdue',
    kind: 'CONTACT_OVERDUE',
    criteria: { lifecycleStage: { in: ['POTENTIAL', 'TRADING'] } },
    days: 60,
    levels: [
      { level: 'STRATEGIC', days: 14 },
      { level: 'KEY', days: 30 },
    ],
    escalateAfterDays: 7,
  },
  {
    id: '019dcf0a000070008000000000000002',
    code: 'no_business',
    zh: '客户无业务',
    en: 'No business',
    kind: 'NO_BUSINESS',
    criteria: { lifecycleStage: { eq: 'TRADING' } },
    days: 180,
    levels: [],
    escalateAfterDays: null,
  },
];

const json = (value: unknown): string => `'${JSON.stringify(value)}'`;

const rows = seeds.map(
  ({ id, code, zh, en, kind, criteria, days, levels, escalateAfterDays }) =>
    `(UNHEX('${id}'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), '${code}', ${json({ zh, en })}, '${kind}',
      ${json(criteria)}, ${days}, ${json(levels)}, 'WARNING', 'OWNER', ${escalateAfterDays ?? 'NULL'}, 1, 1, 1)`,
);

export const seedAlertRules = migration('SeedAlertRules_1795478520000', {
  up: [
    `INSERT INTO alertRule (id, version, createdAt, updatedAt, code, labels, kind, criteria,
      thresholdDays, levelThresholds, severity, route, escalateAfterDays, autoResolve, snoozable, active)
     VALUES ${rows.join(', ')}`,
  ],
  down: ['DELETE FROM alertRule'],
});
