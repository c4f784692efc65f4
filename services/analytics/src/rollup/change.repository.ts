import { idFromBytes, idToBytes } from '@crm/kit/id';
import type { EntityManager } from 'typeorm';
import type { FactKind } from '../fact/fact-kinds.ts';
import { allSeries, amountSql, currencySql, dimensions, monthSql, type Series } from './series.ts';

const columns = `series, month, currency, ${dimensions.join(', ')}, facts, amount`;
const ofCustomer = dimensions.map((name) => `c.${name}`).join(', ');

/**
 * The series that are kept, which stays so until the transaction ends. What changes facts or customers
 * asks first, and holds the customers whose figures it changes.
 */
export async function keptSeries(manager: EntityManager): Promise<readonly Series[]> {
  const rows: { series: string; isKept: number }[] = await manager.query(
    'SELECT series, isKept FROM rollupState ORDER BY series FOR SHARE',
  );
  const kept = new Set(rows.flatMap(({ series, isKept }) => (isKept ? series : [])));
  return allSeries.filter(({ code }) => kept.has(code));
}

type Sign = 1 | -1;

type Facts = { readonly kind: FactKind; readonly ids: readonly string[]; readonly sign: Sign };

/** Counts these facts as they are now, or takes away what they are before they change. */
export async function noteFacts(
  manager: EntityManager,
  kept: readonly Series[],
  { kind, ids, sign }: Facts,
): Promise<void> {
  const known = [...new Set(ids)].toSorted().map(idToBytes);
  if (known.length === 0) return;
  for (const series of kept.filter((each) => each.kind === kind)) {
    await manager.query(
      `INSERT INTO rollupDelta (${columns})
       SELECT '${series.code}', ${monthSql(series)} AS ofMonth, ${currencySql(series)} AS inCurrency,
         ${ofCustomer}, ${sign} * COUNT(*), ${sign} * ${amountSql(series)}
       FROM ${series.table} f LEFT JOIN customer c ON c.id = f.customerId
       WHERE f.id IN (?) AND f.deletedAt IS NULL GROUP BY ofMonth, inCurrency, ${ofCustomer}`,
      [known],
    );
  }
}

/** What facts of a customer are summed up by. */
export type Traits = {
  readonly customerId: string;
  readonly level: string | null;
  readonly industry: string | null;
  readonly province: string | null;
  readonly ownerId: string | null;
};

type Row = Omit<Traits, 'customerId' | 'ownerId'> & {
  readonly id: Uint8Array;
  readonly ownerId: Uint8Array | null;
};

/** Of a customer that is not known yet: nothing. */
export async function readTraits(
  manager: EntityManager,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, Traits>> {
  const ids = [...new Set(customerIds)];
  if (ids.length === 0) return new Map();
  const rows: Row[] = await manager.query(
    `SELECT id, ${dimensions.join(', ')} FROM customer WHERE id IN (?)`,
    [ids.map(idToBytes)],
  );
  const found = new Map(rows.map(({ id, ...row }) => [idFromBytes(id), row]));
  return new Map(
    ids.map((customerId) => {
      const {
        level = null,
        industry = null,
        province = null,
        ownerId = null,
      } = found.get(customerId) ?? {};
      return [
        customerId,
        { customerId, level, industry, province, ownerId: ownerId && idFromBytes(ownerId) },
      ];
    }),
  );
}

/** Moves the facts of those customers who are others now. */
export async function noteTraits(
  manager: EntityManager,
  kept: readonly Series[],
  before: ReadonlyMap<string, Traits>,
): Promise<void> {
  if (kept.length === 0 || before.size === 0) return;
  const after = await readTraits(manager, [...before.keys()]);
  const signed = [...before].flatMap(([id, was]) => {
    const is = after.get(id);
    if (!is || isSame(was, is)) return [];
    return [cellsOf(was, -1), cellsOf(is, 1)];
  });
  if (signed.length === 0) return;
  for (const series of kept) {
    await manager.query(
      `INSERT INTO rollupDelta (${columns})
       SELECT '${series.code}', ${monthSql(series)} AS ofMonth, ${currencySql(series)} AS inCurrency,
         c.level, c.industry, c.province, UNHEX(c.owner) AS ownerId,
         c.sign * COUNT(*), c.sign * ${amountSql(series)}
       FROM JSON_TABLE(?, '$[*]' COLUMNS (customer CHAR(32) PATH '$.customer',
         sign INT PATH '$.sign', level VARCHAR(64) PATH '$.level',
         industry VARCHAR(64) PATH '$.industry', province VARCHAR(100) PATH '$.province',
         owner CHAR(32) PATH '$.owner')) c
       JOIN ${series.table} f ON f.customerId = UNHEX(c.customer) AND f.deletedAt IS NULL
       GROUP BY ofMonth, inCurrency, c.level, c.industry, c.province, ownerId, c.sign`,
      [JSON.stringify(signed)],
    );
  }
}

const isSame = (one: Traits, other: Traits): boolean =>
  dimensions.every((name) => one[name] === other[name]);

const hexOf = (id: string): string => idToBytes(id).toString('hex');

const cellsOf = ({ customerId, ownerId, ...traits }: Traits, sign: Sign): object => ({
  ...traits,
  customer: hexOf(customerId),
  owner: ownerId && hexOf(ownerId),
  sign,
});
