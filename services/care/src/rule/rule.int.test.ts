import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { startAlertJob, type AlertJob } from '../alert/alert.job.ts';
import { as, looked, testCare, type TestCare } from '../testing/care.ts';
import { addCustomer, addStaff } from '../testing/customers.ts';

let care: TestCare;
let job: AlertJob;

beforeAll(async () => {
  care = await testCare();
  job = startAlertJob(care.app, { leaseMs: 600 });
});
afterAll(async () => {
  await job.stop();
  await care.stop();
});

const SAVE = `mutation ($input: SaveAlertRuleInput!) { saveAlertRule(input: $input) {
  id code label(locale: EN) kind criteria thresholdDays levelThresholds { level days }
  severity route escalateAfterDays autoResolve snoozable active version
} }`;
const ACTIVATE = `mutation ($input: ActivateAlertRuleInput!) { activateAlertRule(input: $input) { active version } }`;
const PREVIEW = `query ($input: AlertRulePreviewInput!) { alertRulePreview(input: $input) {
  matches sample { customer { id } level days thresholdDays }
} }`;

const save = (input: object, request?: TestRequest): Promise<TestResult> =>
  care.execute(SAVE, { input }, request);

const ownerless = {
  code: 'no_owner',
  labels: { zh: '无人负责', en: 'Nobody in charge' },
  kind: 'CUSTOM',
  criteria: { ownerId: { isNull: true }, province: { eq: '浙江' } },
};

const openOf = async (code: string): Promise<readonly string[]> => {
  const rows: { state: string }[] = await care.db.query(
    'SELECT state FROM alert WHERE ruleCode = ? ORDER BY id',
    [code],
  );
  return rows.map(({ state }) => state);
};

describe('a rule', () => {
  test('is there from the start for what a company expects', async () => {
    const { data } = await care.execute(
      '{ alertRules(orderBy: [{ field: "code" }]) { totalCount nodes { code label active criteria } } }',
    );
    expect(data?.['alertRules']).toMatchObject({
      totalCount: 8,
      nodes: [
        { code: 'birthday_unplanned', label: '负责人生日将至且无关怀安排', active: true },
        {
          code: 'contact_overdue',
          label: '客户联系超期',
          active: true,
          criteria: { lifecycleStage: { in: ['POTENTIAL', 'TRADING'] } },
        },
        { code: 'credit_grade_fell', label: '信用评级下降', active: true },
        { code: 'credit_limit_near', label: '信用额度将满', active: true },
        { code: 'grade_fell', label: '评级下降', active: true },
        { code: 'no_business', label: '客户无业务', active: true },
        { code: 'owner_missing', label: '交易客户无人负责', active: true },
        { code: 'receivable_overdue', label: '应收账款逾期', active: true },
      ],
    });
  });

  test('of the company finds customers once it is active, and lets them go when it is not', async () => {
    await addCustomer(care, { province: '浙江' });
    await addCustomer(care, { province: '江苏' });
    await care.caughtUp();
    const { data } = await save(ownerless);
    expect(data?.['saveAlertRule']).toMatchObject({
      code: 'no_owner',
      label: 'Nobody in charge',
      severity: 'WARNING',
      route: 'OWNER',
      autoResolve: true,
      active: false,
      version: 1,
    });
    await looked(care);
    expect(await openOf('no_owner')).toEqual([]);

    const id = String(Reflect.get(Object(data?.['saveAlertRule']), 'id'));
    await care.execute(ACTIVATE, { input: { id } });
    await looked(care);
    expect(await openOf('no_owner')).toEqual(['OPEN']);

    await care.execute(ACTIVATE, { input: { id, active: false } });
    await looked(care);
    expect(await openOf('no_owner')).toEqual(['RESOLVED']);
  });

  test('hands over what it has found when its route changes, there and back', async () => {
    const [owner, code] = [await addStaff(care), 'routed'];
    await addCustomer(care, { province: '青海', ownerId: owner });
    await care.caughtUp();
    const { data } = await save({ ...ownerless, code, criteria: { province: { eq: '青海' } } });
    const id = String(Reflect.get(Object(data?.['saveAlertRule']), 'id'));
    await care.execute(ACTIVATE, { input: { id } });
    const waiting = async (): Promise<unknown> => {
      await looked(care);
      const { data: read } = await care.execute(
        '{ alerts(where: { ruleCode: { eq: "routed" } }) { nodes { assignee { id } assigneeRole } } }',
      );
      return Reflect.get(Object(read?.['alerts']), 'nodes');
    };
    expect(await waiting()).toEqual([{ assignee: { id: owner }, assigneeRole: null }]);
    await save({ id, route: 'ROLE', role: 'CARE_AGENT' });
    expect(await waiting()).toEqual([{ assignee: null, assigneeRole: 'CARE_AGENT' }]);
    await save({ id, route: 'OWNER', role: null });
    expect(await waiting()).toEqual([{ assignee: { id: owner }, assigneeRole: null }]);
  });

  test('finds more customers than are looked after at once', async () => {
    const count = 2500;
    await care.db.query(
      `INSERT INTO customerPulse (id, code, name, kind, province, categories, lifecycleStage, createdAt)
       SELECT UNHEX(CONCAT('019dcf0b0000700080000000', LPAD(HEX(n), 8, '0'))), n, n, 'ORGANIZATION', '西藏', '[]', 'NO_NEED', UTC_TIMESTAMP(3)
       FROM (SELECT ROW_NUMBER() OVER () AS n FROM information_schema.COLUMNS LIMIT ${count}) numbers`,
    );
    const { data } = await save({
      ...ownerless,
      code: 'many',
      criteria: { province: { eq: '西藏' } },
    });
    const id = String(Reflect.get(Object(data?.['saveAlertRule']), 'id'));
    await care.execute(ACTIVATE, { input: { id } });
    await looked(care);
    expect(await openOf('many')).toHaveLength(count);

    await care.execute(ACTIVATE, { input: { id, active: false } });
    await looked(care);
    expect(new Set(await openOf('many'))).toEqual(new Set(['RESOLVED']));
  });

  test('looks at every customer again when it was changed', async () => {
    await addCustomer(care, { province: '福建' });
    await care.caughtUp();
    const { data } = await save({ ...ownerless, code: 'changing' });
    const id = String(Reflect.get(Object(data?.['saveAlertRule']), 'id'));
    await care.execute(ACTIVATE, { input: { id } });
    await save({ id, expectedVersion: 2, criteria: { province: { eq: '福建' } } });
    await looked(care);

    expect(await openOf('changing')).toContain('OPEN');
    const conflict = await save({ id, expectedVersion: 2, criteria: {} });
    expect(conflict.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 3 });
    const renamed = await save({ id, code: 'other' });
    expect(renamed.errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'code' }],
    });
  });

  test.each([
    ['code', { code: 'no spaces' }],
    ['code', { code: null }],
    ['kind', { kind: null }],
    ['labels.zh', { labels: { zh: '', en: 'x' } }],
    ['thresholdDays', { kind: 'NO_BUSINESS', criteria: {} }],
    ['criteria', { criteria: { shoeSize: { eq: 43 } } }],
    ['criteria', { criteria: { level: { like: 'K%' } } }],
    ['criteria', { criteria: { level: { eq: 5 } } }],
    ['criteria', { criteria: { not: 'everything' } }],
    ['criteria', { criteria: 7 }],
    ['criteria', { criteria: [] }],
    ['criteria', { criteria: { ownerId: { eq: 'zzz' } } }],
    ['criteria', { criteria: { ownerId: { in: ['zzz'] } } }],
    ['criteria', { criteria: { updatedAt: { withinDays: -1 } } }],
  ])('is refused for a bad %s', async (path, change) => {
    const { errors } = await save({ ...ownerless, code: `bad_${newId().slice(-6)}`, ...change });

    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID' });
    expect(errors?.[0]?.extensions?.['fields']).toEqual([{ path, message: expect.any(String) }]);
  });

  test('has a code of its own', async () => {
    expect(
      (await save({ ...ownerless, code: 'no_business' })).errors?.[0]?.extensions,
    ).toMatchObject({
      code: 'DUPLICATE',
    });
  });

  test.each(['rep', 'manager', 'care_agent', 'analyst', 'partner'] as const)(
    'is set by administrators, not by a %s',
    async (role) => {
      for (const result of [
        await save(ownerless, as(role)),
        await care.execute(ACTIVATE, { input: { id: newId() } }, as(role)),
        await care.execute(PREVIEW, { input: { kind: 'CUSTOM' } }, as(role)),
      ]) {
        expect(result.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
      }
    },
  );
});

describe('alertRulePreview', () => {
  test('counts whom a rule would find, and stores nothing', async () => {
    const customer = await addCustomer(care, { province: '海南', level: 'KEY' });
    await addCustomer(care, { province: '海南' });
    await care.caughtUp();
    care.setClock(new Date(Date.now() + 35 * 86_400_000));
    const input = {
      kind: 'CONTACT_OVERDUE',
      thresholdDays: 60,
      levelThresholds: [{ level: 'KEY', days: 30 }],
      criteria: { province: { eq: '海南' } },
    };

    const { data } = await care.execute(PREVIEW, { input });
    expect(data?.['alertRulePreview']).toEqual({
      matches: 1,
      sample: [{ customer: { id: customer }, level: 'KEY', days: 35, thresholdDays: 30 }],
    });
    const all = await care.execute(PREVIEW, {
      input: { kind: 'CUSTOM', criteria: input.criteria },
    });
    expect(all.data?.['alertRulePreview']).toMatchObject({ matches: 2 });
  });

  test.each([
    ['criteria', { kind: 'CUSTOM', criteria: 'everybody' }],
    ['thresholdDays', { kind: 'NO_BUSINESS' }],
  ])('refuses a bad %s', async (path, input) => {
    const { errors } = await care.execute(PREVIEW, { input });

    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });
});
