import { idFromBytes } from '@crm/kit/id';
import { writeListCursor } from '@crm/kit/record/list-cursor';
import type { Viewer } from '@crm/kit/viewer';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { Mesh } from '../../mesh/mesh.ts';
import { percentile } from '../../subscribers/latency.ts';
import { atMost, shown, type Row } from '../measurement.ts';
import { connectOwner, customerCount } from './fill.ts';
import type { Question, Subgraph } from './subgraph.ts';

const page = `query ($where: CustomerWhere, $orderBy: [OrderBy!], $after: String) {
  customers(where: $where, orderBy: $orderBy, after: $after, first: 50) {
    nodes { id code name phone updatedAt level { label } lifecycleStage { label } owner { name } } } }`;

/** What the keys of the table are for, from many customers to few. */
const filters: Readonly<Record<string, object>> = {
  all: {},
  'half of all': { lifecycleStage: { eq: 'POTENTIAL' } },
  'one in three': { level: { eq: 'REGULAR' } },
  'one in 25': { lifecycleStage: { eq: 'NO_NEED' } },
  'one in 200': { level: { eq: 'STRATEGIC' } },
  'name begins': { name: { startsWith: '上海恒' } },
};

const sorts: Readonly<Record<string, readonly object[]>> = {
  newest: [],
  name: [{ field: 'name' }],
  updated: [{ field: 'updatedAt', direction: 'DESC' }],
  level: [{ field: 'level' }],
  'level down': [{ field: 'level', direction: 'DESC' }],
  stage: [{ field: 'lifecycleStage' }],
  code: [{ field: 'code' }],
};

const boundMs = 15;

/** Pages by every filter and sort that has a key, for those who see all and those who see a part. */
export async function measurePages(subgraph: Subgraph, mesh: Mesh): Promise<Row[]> {
  const viewers = await viewersOf(mesh);
  await warmUp(subgraph, viewers);
  const times: { readonly id: string; readonly ms: number }[] = [];
  for (const { who, viewer, filter, where } of listsOf(viewers)) {
    for (const [sort, orderBy] of Object.entries(sorts)) {
      const ms = await subgraph.median({ query: page, variables: { where, orderBy }, viewer });
      times.push({ id: `customers.page.${who}.${filter}.by ${sort}`, ms });
    }
  }
  const slow = times.filter(({ ms }) => ms > boundMs);
  return [
    shown({
      id: 'customers.page.median of all',
      value: percentile(
        times.map(({ ms }) => ms),
        0.5,
      ),
      unit: 'ms',
    }),
    atMost(boundMs, {
      id: 'customers.page.slowest',
      value: Math.max(...times.map(({ ms }) => ms)),
      unit: 'ms',
    }),
    ...slow.map(({ id, ms }) => atMost(boundMs, { id, value: ms, unit: 'ms' })),
    ...(await depths(subgraph, mesh)),
  ];
}

const warmUps = 2;

/** Programs and servers that have just started are slow in everything that they do first. */
async function warmUp(
  subgraph: Subgraph,
  viewers: Readonly<Record<string, Partial<Viewer>>>,
): Promise<void> {
  for (let time = 0; time < warmUps; time += 1) {
    for (const { viewer, where } of listsOf(viewers)) {
      for (const orderBy of Object.values(sorts))
        await subgraph.ask({ query: page, variables: { where, orderBy }, viewer });
    }
  }
}

type List = {
  readonly who: string;
  readonly viewer: Partial<Viewer>;
  readonly filter: string;
  readonly where: object;
};

/** Every filter for everyone, and those who have customers of their own by these. */
const listsOf = (viewers: Readonly<Record<string, Partial<Viewer>>>): List[] =>
  Object.entries(viewers).flatMap(([who, viewer]) => {
    const own = viewer.staffId ? { 'own customers': { ownerId: { eq: viewer.staffId } } } : {};
    return Object.entries<object>({ ...filters, ...own }).map(([filter, where]) => ({
      who,
      viewer,
      filter,
      where,
    }));
  });

/** Everyone, one of twenty teams, and a person who has a team of ten. */
export async function viewersOf(mesh: Mesh): Promise<Readonly<Record<string, Partial<Viewer>>>> {
  const owner = await connectOwner(mesh);
  const [[staff]] = await owner.query<RowDataPacket[]>(
    `SELECT id, teamId FROM staffMember WHERE code = 'P-77'`,
  );
  await owner.end();
  const staffId = idFromBytes(staff?.['id']);
  const teamIds = [idFromBytes(staff?.['teamId'])];
  return {
    admin: {},
    manager: { roles: ['manager'], staffId, teamIds },
    rep: { roles: ['rep'], staffId, teamIds },
  };
}

type Order = {
  readonly field: string;
  readonly direction: 'ASC' | 'DESC';
  /** Whether only the customers of one level, one in three, are listed. */
  readonly isFiltered: boolean;
};

const orders: readonly Order[] = ['name', 'level', 'lifecycleStage'].flatMap((field) => [
  { field, direction: 'ASC' as const, isFiltered: false },
  { field, direction: 'DESC' as const, isFiltered: false },
  { field, direction: 'ASC' as const, isFiltered: true },
]);

/** The first page, and one that begins in the middle and at the end of the list. */
async function depths(subgraph: Subgraph, mesh: Mesh): Promise<Row[]> {
  const owner = await connectOwner(mesh);
  const rows: Row[] = [];
  for (const order of orders) {
    const first = await subgraph.median(ask(order, null));
    const deep: number[] = [];
    for (const share of [0.5, 0.99]) {
      deep.push(await subgraph.median(ask(order, await cursorAt(owner, order, share))));
    }
    const name = `${order.isFiltered ? 'one in three by ' : ''}${order.field} ${order.direction}`;
    rows.push(
      shown({ id: `customers.depth.${name}.first page`, value: first, unit: 'ms' }),
      atMost(Math.max(boundMs, 2 * first), {
        id: `customers.depth.${name}.deepest page`,
        value: Math.max(...deep),
        unit: 'ms',
      }),
    );
  }
  await owner.end();
  return rows;
}

/** Of the customer at a share of the list. */
async function cursorAt(
  owner: Connection,
  { field, direction, isFiltered }: Order,
  share: number,
): Promise<string> {
  const count = isFiltered ? customerCount * 0.34 : customerCount;
  const [[row]] = await owner.query<RowDataPacket[]>(
    `SELECT id, ${field} AS value FROM customer WHERE ${isFiltered ? "level = 'REGULAR' AND" : ''} deletedAt IS NULL
     ORDER BY ${field} ${direction}, id ${direction} LIMIT 1 OFFSET ${Math.floor(count * share)}`,
  );
  return writeListCursor([field, 'id'], [row?.['value'], idFromBytes(row?.['id'])]);
}

const ask = ({ field, direction, isFiltered }: Order, after: string | null): Question => ({
  query: page,
  variables: {
    where: isFiltered ? { level: { eq: 'REGULAR' } } : {},
    orderBy: [{ field, direction }],
    after,
  },
});
