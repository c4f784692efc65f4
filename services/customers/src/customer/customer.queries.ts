import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { scopeSql } from '@crm/kit/record/policy';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { selectRows } from '@crm/kit/record/store';
import { lengthOf } from '@crm/kit/text';
import { searchTextOf } from './customer.ts';
import { CustomerEntity, type Customer } from './customer.fields.ts';

export async function findCustomerByCode(
  context: RequestContext,
  code: string,
): Promise<Customer | null> {
  const [customer] = await selectRows(
    context.app.db.manager,
    CustomerEntity,
    sql`WHERE t.code = ${code} AND ${visible(context)}`,
  );
  return customer ?? null;
}

const resultsDefault = 20;
const resultsMax = 100;

/** Customers by the words of their names, best match first. One character is searched as a prefix. */
export async function searchCustomers(
  context: RequestContext,
  { text, first }: { readonly text: string; readonly first?: number | null },
): Promise<Customer[]> {
  const size = first ?? resultsDefault;
  if (size < 1 || size > resultsMax) throw invalid(`Ask for 1 to ${resultsMax} customers`);
  const words = searchTextOf({ name: text, shortName: null, formerNames: [], code: '' });
  if (words === '') throw invalid('Say at least one character of a name or code');

  const { condition, rank } = words.length === 1 ? byPrefix(words) : byWords(words);
  return selectRows(
    context.app.db.manager,
    CustomerEntity,
    sql`WHERE ${and([condition, visible(context)])} ORDER BY ${rank} LIMIT ${raw(String(size))}`,
  );
}

type Search = { readonly condition: Sql; readonly rank: Sql };

const byPrefix = (character: string): Search => ({
  condition: sql`t.searchText LIKE ${`${character.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`}`,
  rank: raw('t.name, t.id'),
});

/** Every word must be there. Quotes would end the phrase, and single characters make no token. */
function byWords(words: string): Search {
  const phrases = words
    .split(/\s+/)
    .map((word) => word.replaceAll(/["@*()<>~+-]/g, ''))
    .filter((word) => lengthOf(word) > 1)
    .map((word) => `+"${word}"`)
    .join(' ');
  const match = sql`MATCH (t.searchText) AGAINST (${phrases} IN BOOLEAN MODE)`;
  return { condition: match, rank: sql`${match} DESC, t.id` };
}

const visible = ({ viewer, app }: RequestContext): Sql =>
  and([
    raw('t.deletedAt IS NULL'),
    scopeSql(viewer, 'read', { entity: CustomerEntity, alias: 't', now: app.now() }),
  ]);
