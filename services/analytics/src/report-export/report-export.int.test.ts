import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { createLog } from '@crm/kit/log';
import { callFiles } from '@crm/kit/testing/files';
import { exportStep } from '@crm/kit/transfer/export-job';
import { usualRetention } from '@crm/kit/transfer/retention';
import { openRows } from '@crm/kit/transfer/row-source';
import type { Viewer } from '@crm/kit/viewer';
import { z } from 'zod';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import {
  isRecent,
  ordersOf,
  someCustomers,
  tellWorld,
  type Known,
} from '../testing/report-world.ts';
import { exportSources } from './export-sources.ts';

let analytics: TestAnalytics;
const world = someCustomers(40);
const asRep: Partial<Viewer> = {
  subject: 'rep',
  roles: ['rep'],
  staffId: world.rep,
  teamIds: [world.team],
};
const own = world.all.filter(({ ownerId }) => ownerId === world.rep);

beforeAll(async () => {
  analytics = await testAnalytics();
  await tellWorld(analytics.db, world);
});
afterAll(() => analytics.stop());

const app = () => ({
  db: analytics.db,
  log: createLog('test', 'silent'),
  now: () => new Date('2026-11-24T04:00:00Z'),
  retention: usualRetention,
});

const step = (): Promise<boolean> =>
  transact(analytics.db, (manager) => exportStep(app(), exportSources, manager));

const jobSchema = z.looseObject({
  id: z.string(),
  state: z.string(),
  path: z.string().nullable(),
  fields: z.array(z.string()),
});

type Input = Readonly<Record<string, unknown>>;

const inputTypes = {
  exportCustomerReport: 'ExportCustomerReportInput',
  exportCustomerReportAggregate: 'ExportCustomerReportAggregateInput',
  exportFactAggregate: 'ExportFactAggregateInput',
} as const;

const start = (mutation: keyof typeof inputTypes, input: Input, viewer: Partial<Viewer> = {}) =>
  analytics.subgraph.execute(
    `mutation ($input: ${inputTypes[mutation]}!) { job: ${mutation}(input: $input) {
      id state path fields kind rowsTotal } }`,
    { input },
    { viewer },
  );

const jobOf = async (id: string, viewer: Partial<Viewer> = {}) => {
  const { data } = await analytics.subgraph.execute(
    `query ($id: ID!) { job: reportExport(id: $id) { id state path fields rowsTotal rowsWritten } }`,
    { id },
    { viewer },
  );
  return z.object({ job: jobSchema.nullable() }).parse(data).job;
};

async function download(path: string | null, viewer: Partial<Viewer>): Promise<Buffer> {
  const id = path?.split('/').at(-1) ?? '';
  const call = { viewer, service: 'analytics' };
  const found = await callFiles(analytics.subgraph, { do: 'find', id }, call);
  const { partCount } = z
    .object({ partCount: z.number() })
    .parse(JSON.parse(found.bytes.toString()));
  const parts: Buffer[] = [];
  for (let at = 0; at < partCount; at++) {
    parts.push((await callFiles(analytics.subgraph, { do: 'read', id, at }, call)).bytes);
  }
  return Buffer.concat(parts);
}

/** The file of an export, once all its steps are done. */
async function file(
  mutation: keyof typeof inputTypes,
  input: Input,
  viewer: Partial<Viewer> = {},
): Promise<Buffer> {
  const { data, errors } = await start(mutation, input, viewer);
  expect(errors).toBeUndefined();
  const { job } = z.object({ job: jobSchema }).parse(data);
  while (await step());
  const done = await jobOf(job.id, viewer);
  expect(done).toMatchObject({ state: 'DONE' });
  expect(done?.path).toMatch(/^\/files\/analytics\//);
  return download(done?.path ?? null, viewer);
}

/** The cells of a workbook below its head. */
async function rowsOf(bytes: Buffer): Promise<string[][]> {
  const source = {
    size: bytes.length,
    read: async (from: number, to: number) => bytes.subarray(from, to),
    bytes: async function* () {
      yield bytes;
    },
  };
  const { rows } = await openRows(source, { format: 'XLSX', encoding: 'utf-8', delimiter: ',' });
  const found: string[][] = [];
  for await (const { cells } of rows) found.push(Object.values(cells).map(String));
  return found;
}

const report = {
  columns: ['name', 'orderAmount', 'grade.customer_value', 'last90days.visitCount'],
  where: {
    scores: [{ model: 'customer_value', grade: { in: ['KEY', 'SMALL'] } }],
    createdAt: { gte: '2020-01-01T00:00:00Z' },
  },
  orderBy: [{ field: 'score.customer_value', direction: 'DESC' }, { field: 'name' }],
};

/** The same by hand. */
const lines = (known: readonly Known[]): string[] =>
  known
    .filter(({ grade }) => grade === 'KEY' || grade === 'SMALL')
    .map((each) => ({ ...each, visits: each.visits.filter(isRecent) }))
    .map((each) => [each.name, `${ordersOf(each)}.00`, each.grade, each.visits.length].join(','));

const sorted = (text: string): string[] => text.trim().split('\r\n').slice(1).toSorted();

describe('an export of customerReport', () => {
  test('holds what the list does, as CSV', async () => {
    const text = (await file('exportCustomerReport', report)).toString();
    expect(text.split('\r\n')[0]).toBe(`\uFEFF${report.columns.join(',')}`);
    expect(sorted(text)).toEqual(lines(world.all).toSorted());
    const grades = text
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',')[2]);
    expect(grades).toEqual(grades.toSorted((a = '', b = '') => (a < b ? -1 : 1)));
  });

  test('holds the customers of whoever exports', async () => {
    const text = (await file('exportCustomerReport', report, asRep)).toString();
    expect(sorted(text)).toEqual(lines(own).toSorted());
  });

  test('is NDJSON with objects for names with dots, and called in words', async () => {
    const bytes = await file('exportCustomerReport', { ...report, format: 'NDJSON' }, asRep);
    const rows = bytes
      .toString()
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(rows).toHaveLength(lines(own).length);
    expect(rows[0]).toEqual({
      name: expect.any(String),
      orderAmount: expect.any(String),
      grade: { customer_value: expect.any(String) },
      last90days: { visitCount: expect.any(Number) },
    });
    const words = (await file('exportCustomerReport', { ...report, headings: 'ZH_CN' })).toString();
    expect(words.split('\r\n')[0]).toContain('客户单位名称,累计订单金额,');
  });

  test('has the columns that the viewer may read when none are named', async () => {
    const { data } = await start('exportCustomerReport', {}, asRep);
    const { fields } = z.object({ job: jobSchema }).parse(data).job;
    expect(fields).toEqual(expect.arrayContaining(['name', 'orderAmount', 'openNeedCount']));
    expect(fields.filter((name) => name.startsWith('finance'))).toEqual([]);
    while (await step());
  });

  const refused: readonly [string, Input, string][] = [
    ['grades that may not be read', { columns: ['grade.customer_credit'] }, 'FORBIDDEN'],
    [
      'finance that is masked in filters',
      { where: { finance: { taxpayerType: { eq: 'GENERAL' } } } },
      'FORBIDDEN',
    ],
    ['columns that are none', { columns: ['principal'] }, 'INVALID'],
  ];

  test.each(refused)('refuses %s', async (_, input, code) => {
    const { errors } = await start('exportCustomerReport', input, asRep);
    expect(errors?.[0]?.extensions?.['code']).toBe(code);
  });

  test('is its owner’s alone', async () => {
    const { data } = await start('exportCustomerReport', { columns: ['name'] }, asRep);
    const { id } = z.object({ job: jobSchema }).parse(data).job;
    expect(await jobOf(id, { subject: 'other', roles: ['rep'] })).toBeNull();
    const cancelled = await analytics.subgraph.execute(
      `mutation ($id: ID!) { cancelReportExport(input: { id: $id }) { state } }`,
      { id },
      { viewer: asRep },
    );
    expect(cancelled.data).toEqual({ cancelReportExport: { state: 'CANCELLED' } });
    expect(await step()).toBe(false);
  });
});

describe('an export of figures', () => {
  const groupBy = [{ field: 'grade.customer_value' }];
  const measures = [{ fn: 'COUNT' }, { fn: 'SUM', field: 'orderAmount' }];

  test('has a row for each group, with names and currencies beside', async () => {
    const text = (
      await file('exportCustomerReportAggregate', { groupBy, measures, headings: 'NAMES' })
    ).toString();
    const [head, ...rows] = text.trimEnd().split('\r\n');
    expect(head).toBe(
      '\uFEFFgrade.customer_value,grade.customer_valueLabel,count,sum_orderAmount,sum_orderAmount_currency',
    );
    const key = world.all.filter(({ grade }) => grade === 'KEY');
    const sum = key.reduce((all, each) => all + ordersOf(each), 0);
    expect(rows).toContain(`KEY,重点客户,${key.length},${sum}.00,CNY`);
    expect(rows).toHaveLength(5);
  });

  test('of facts, as a workbook, holds the facts of whoever exports', async () => {
    const input = {
      fact: 'ORDER',
      groupBy: [{ field: 'customerId' }, { field: 'orderedOn', bucket: 'YEAR' }],
      measures: [{ fn: 'SUM', field: 'amount' }],
      where: { orderedOn: { gte: '2026-01-01' } },
      format: 'XLSX',
      headings: 'EN',
    };
    const bytes = await file('exportFactAggregate', input, asRep);
    const rows = await rowsOf(bytes);
    const wanted = own.flatMap(({ name, orders }) => {
      const sum = orders
        .filter(({ on }) => on >= '2026')
        .reduce((all, { amount }) => all + amount, 0);
      return sum > 0 ? [[name, '2026-01-01', `${sum}.00`, 'CNY']] : [];
    });
    expect(new Set(rows.map((cells) => cells.slice(1)))).toEqual(new Set(wanted));
  });
});
