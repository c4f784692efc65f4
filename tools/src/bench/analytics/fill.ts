import type { Connection } from 'mysql2/promise';
import { rejoin } from '../../mesh/cluster.ts';
import type { Mesh } from '../../mesh/mesh.ts';
import { pairOf } from '../../mesh/mysql-client.ts';
import { schemaAccount } from '../../mesh/plan.ts';
import { say, seconds } from '../../mesh/say.ts';
import { mysqlStatus } from '../../mesh/status-mysql.ts';
import { customersAtOnce, fillRecords, fillStaff } from '../customers/company.ts';
import { addKeys, dropKeys, type Keys } from '../dropped-keys.ts';
import { connectFiller, keptData } from '../kept.ts';
import { customerCount, fillAnalyticsCompany } from './company.ts';
import {
  factsAtOnce,
  fillFigures,
  fillInteractions,
  fillOrders,
  interactionCount,
  orderCount,
} from './facts.ts';

export const business = keptData('analytics', [
  customerCount,
  orderCount,
  interactionCount,
  fillStaff,
  fillRecords,
  fillAnalyticsCompany(''),
  fillOrders,
  fillInteractions,
  fillFigures,
]);

const factTables = ['orderFact', 'receivableFact', 'paymentFact', 'interactionFact'];

/** Fills the empty schemas of customers and analytics, two statements at a time. */
export async function fillBusiness(mesh: Mesh): Promise<void> {
  const startedAt = performance.now();
  const told = (what: string): void => say(`  ${what} (${seconds(performance.now() - startedAt)})`);
  const customers = await connectPair(mesh, 'customers');
  await fillCustomers(customers);
  told(`${customerCount} customers`);

  const pair = await connectPair(mesh, 'analytics');
  const [first] = pair;
  const keys = await dropKeys(first, ['customer', ...factTables, 'customerFigure']);
  const keysOf = (...tables: readonly string[]): Keys[] =>
    keys.filter(({ table }) => tables.includes(table));
  const schema = schemaAccount(mesh, 'customers').database;
  for (const statement of fillAnalyticsCompany(schema)) await first.query(statement);
  told('the same in analytics');

  await takeTurns(pair, [
    ...rounds(fillOrders, orderCount),
    ...rounds([fillInteractions], interactionCount),
  ]);
  await first.query('DROP TABLE benchRank');
  told('their facts');
  await inTurn(pair, keysOf(...factTables), addKeys);
  told('keys of the facts');
  await first.query(fillFigures);
  await inTurn(pair, keysOf('customer', 'customerFigure'), addKeys);
  await first.query(`ANALYZE TABLE customer, customerFigure, ${factTables.join(', ')}`);
  // Nobody was told of these: the service counts them all.
  await first.query('UPDATE rollupState SET isKept = 0, isWhole = 0');
  told('figures of the customers');
  for (const connection of [...customers, ...pair]) await connection.end();

  await copyToStandby(mesh);
  business.markFilled(mesh.home);
}

type Pair = readonly [Connection, Connection];

const connectPair = async (mesh: Mesh, service: 'analytics' | 'customers'): Promise<Pair> => [
  await connectFiller(mesh, service),
  await connectFiller(mesh, service),
];

/** Without their keys, of which there are many: a report reads customers by their ids. */
async function fillCustomers(pair: Pair): Promise<void> {
  const [first] = pair;
  for (const statement of fillStaff) await first.query(statement);
  await dropKeys(first, ['customer']);
  const starts = Array.from({ length: customerCount / customersAtOnce }, (_, at) => at);
  await inTurn(pair, starts, async (connection, at) => {
    for (const statement of fillRecords) await connection.query(statement, [at * customersAtOnce]);
  });
  await first.query('ANALYZE TABLE customer');
}

type Statement = { readonly text: string; readonly from: number };

const rounds = (texts: readonly string[], count: number): Statement[] =>
  Array.from({ length: count / factsAtOnce }, (_, at) => at * factsAtOnce).flatMap((from) =>
    texts.map((text) => ({ text, from })),
  );

const takeTurns = (pair: Pair, statements: readonly Statement[]): Promise<void> =>
  inTurn(pair, statements, async (connection, { text, from }) => {
    await connection.query(text, [from]);
  });

/** Each connection takes the next as soon as it is done with the one before. */
async function inTurn<Item>(
  pair: Pair,
  items: readonly Item[],
  use: (connection: Connection, item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  await Promise.all(
    pair.map(async (connection) => {
      for (const item of waiting) await use(connection, item);
    }),
  );
}

/** The standby gets a copy of the files, which is faster than doing all of it again. */
async function copyToStandby(mesh: Mesh): Promise<void> {
  const servers = await mysqlStatus(pairOf(mesh));
  const standby = servers.find(({ role }) => role === 'standby');
  if (!standby) throw new Error('MySQL has no standby');
  await rejoin(mesh, standby.name, true);
}
