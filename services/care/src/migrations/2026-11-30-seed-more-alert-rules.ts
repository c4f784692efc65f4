import { migration } from '@crm/kit/database/migration';

type Seed = {
  readonly id: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly kind: string;
  readonly criteria: object;
  readonly days?: number;
  readonly percent?: number;
  readonly role?: string;
  readonly escalateAfterDays?: number;
};

const seeds: readonly Seed[] = [
  {
    id: '019dcf0a000070008000000000000003',
    code: 'receivable_overdue',
    zh: '应收账款逾期',
    en: 'Receivable overdue',
    kind: 'RECEIVABLE_OVERDUE',
    criteria: {},
    days: 7,
    escalateAfterDays: 14,
  },
  {
    id: '019dcf0a000070008000000000000004',
    code: 'credit_limit_near',
    zh: '信用额度将满',
    en: 'Credit limit near',
    kind: 'CREDIT_LIMIT_NEAR',
    criteria: {},
    percent: 90,
  },
  {
    id: '019dcf0a000070008000000000000005',
    code: 'grade_fell',
    zh: '评级下降',
    en: 'Grade fell',
    kind: 'GRADE_FELL',
    criteria: {},
    days: 30,
  },
  {
    id: '019dcf0a000070008000000000000006',
    code: 'owner_missing',
    zh: '交易客户无人负责',
    en: 'Trading customer without an owner',
    kind: 'CUSTOM',
    criteria: { lifecycleStage: { eq: 'TRADING' }, ownerId: { isNull: true } },
    role: 'MANAGER',
  },
];

const json = (value: unknown): string => `'${JSON.stringify(value)}'`;
const textOf = (value: string | undefined): string => (value === undefined ? 'NULL' : `'${value}'`);

const rows = seeds.map(
  ({ id, code, zh, en, kind, criteria, days, percent, role, escalateAfterDays }) =>
    `(UNHEX('${id}'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), '${code}', ${json({ zh, en })}, '${kind}',
      ${json(criteria)}, ${days ?? 'NULL'}, ${percent ?? 'NULL'}, 'WARNING', '${role ? 'ROLE' : 'OWNER'}',
      ${textOf(role)}, ${escalateAfterDays ?? 'NULL'}, 1, 1, 1)`,
);

/** A company that has a rule of this code already keeps its own. */
export const seedMoreAlertRules = migration('SeedMoreAlertRules_1796080010000', {
  up: [
    `INSERT IGNORE INTO alertRule (id, version, createdAt, updatedAt, code, labels, kind, criteria,
      thresholdDays, thresholdPercent, severity, route, role, escalateAfterDays, autoResolve, snoozable, active)
     VALUES ${rows.join(', ')}`,
  ],
  down: [
    `DELETE FROM alertRule WHERE id IN (${seeds.map(({ id }) => `UNHEX('${id}')`).join(', ')})`,
  ],
});
