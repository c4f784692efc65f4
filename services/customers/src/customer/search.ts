import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { scopeOf, scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { and, joinSql, raw, sql, type Sql } from '@crm/kit/sql';
import { lengthOf } from '@crm/kit/text';
import { searchTextOf } from './customer.ts';
import { CustomerEntity, type Customer } from './customer.fields.ts';
import {
  isCode,
  isLong,
  lastPart,
  pairsOf,
  rarePhrases,
  type Pair,
} from '@crm/kit/record/search-phrase';

const resultsDefault = 20;
const resultsMax = 100;
const textMax = 200;
const wordsMax = 10;

/** Enough to tell words that many have from those that few have. */
const newestCount = 2000;

type Search = {
  /** As it was typed, for what begins with it. */
  readonly text: string;
  readonly words: readonly string[];
  readonly size: number;
  /** What the viewer may see of the rows of an alias. */
  readonly visible: (alias: string) => Sql;
  /** Whether that is not all of them. */
  readonly isPart: boolean;
};

/**
 * Customers by their names and codes: those that are called so first, then those whose name begins
 * so, then those that have every word somewhere. Cheap ways to find enough of them come first.
 */
export async function searchCustomers(
  context: RequestContext,
  { text, first }: { readonly text: string; readonly first?: number | null },
): Promise<Customer[]> {
  const search = readSearch(context, text, first ?? resultsDefault);
  const { size, words } = search;
  const found = await beginning(context, search);
  if (found.length >= size || !words.some(isLong)) return found;
  if (isCode(search.text) && (found.length > 0 || (await isOfAnother(context, search))))
    return found;
  const others = await anywhere(context, search);
  const known = new Set(found.map(({ id }) => id));
  return [...found, ...others.filter(({ id }) => !known.has(id))].slice(0, size);
}

function readSearch(context: RequestContext, text: string, size: number): Search {
  if (size < 1 || size > resultsMax) throw invalid(`Ask for 1 to ${resultsMax} customers`);
  if (lengthOf(text) > textMax) throw invalid(`A search has ${textMax} characters at most`);
  const words = wordsOf(text);
  if (words.length === 0) throw invalid('Say at least one character of a name or code');
  const visible = (alias: string): Sql =>
    scopeSql(context.viewer, 'read', { entity: CustomerEntity, alias, now: context.app.now() });
  const isPart = scopeOf(context.viewer, 'read') !== 'all';
  return { text: text.normalize('NFKC').trim(), words, size, visible, isPart };
}

/** Company words tell nothing, quotes would end a phrase, and single characters alone are one word. */
function wordsOf(text: string): string[] {
  const plain = searchTextOf({ name: text, shortName: null, formerNames: [], code: '' });
  const words = plain.replaceAll('"', ' ').split(/\s+/).filter(Boolean).slice(0, wordsMax);
  return words.length > 1 && !words.some(isLong) ? [words.join('')] : words;
}

const escaped = (word: string): string => word.replaceAll(/[\\%_]/g, String.raw`\$&`);

/** Codes, names and short names that begin with the text, from their keys. */
function beginning(context: RequestContext, search: Search): Promise<Customer[]> {
  const { text, size, visible } = search;
  const part = (column: string, pattern: string): Sql =>
    sql`(SELECT t.id AS foundId FROM customer t WHERE ${raw(`t.${column}`)} LIKE ${pattern}
      AND t.deletedAt IS NULL AND ${visible('t')} ORDER BY ${raw(`t.${column}`)} LIMIT ${raw(String(size))})`;
  const parts = ['code', 'name', 'shortName'].map((column) => part(column, `${escaped(text)}%`));
  return ranked(context, search, joinSql(parts, ' UNION '));
}

/** Somebody has just this code, whom the viewer may not see. */
async function isOfAnother({ app }: RequestContext, { text }: Search): Promise<boolean> {
  const rows: unknown[] = await app.db.manager.query(
    'SELECT 1 FROM customer t WHERE t.code = ? AND t.deletedAt IS NULL LIMIT 1',
    [text],
  );
  return rows.length > 0;
}

/** Of words that very many have, enough are found among the newest. */
async function anywhere(context: RequestContext, search: Search): Promise<Customer[]> {
  const pairs = pairsOf(search.words);
  const { matching, counts } = await lookAtNewest(context, search, pairs);
  if (matching >= search.size) return amongNewest(context, search);
  const rare = rarePhrases(pairs, counts);
  return rare.length === 0 ? byWords(context, search) : byPhrases(context, search, rare);
}

/** Those who see a part of the customers find theirs among more. */
const partFactor = 2;

const newestOf = ({ isPart }: Search): Sql =>
  sql`(SELECT /*+ NO_SKIP_SCAN(t) */ t.id, t.searchText, t.ownerId, t.teamId FROM customer t
    WHERE t.deletedAt IS NULL ORDER BY t.id DESC LIMIT ${raw(String(isPart ? partFactor * newestCount : newestCount))}) newest`;

type Sample = {
  /** How many of the newest have every word and may be seen. */
  readonly matching: number;
  /** How many have each of the pairs. */
  readonly counts: readonly number[];
};

async function lookAtNewest(
  { app }: RequestContext,
  search: Search,
  pairs: readonly Pair[],
): Promise<Sample> {
  const has = pairs.map(
    ({ text }, at) =>
      sql`SUM(newest.searchText LIKE ${`%${escaped(text)}%`}) AS ${raw(`pair${at}`)}`,
  );
  const columns = [sql`SUM(${isWanted(search, 'newest')}) AS matching`, ...has];
  const { text, values } = sql`SELECT ${joinSql(columns, ', ')} FROM ${newestOf(search)}`;
  const [row]: Record<string, unknown>[] = await app.db.manager.query(text, [...values]);
  const numberOf = (name: string): number => Number(row?.[name] ?? 0);
  const share = search.isPart ? partFactor : 1;
  return {
    matching: numberOf('matching'),
    counts: pairs.map((_, at) => numberOf(`pair${at}`) / share),
  };
}

/** Every word is there, and the viewer may see it. */
const isWanted = ({ words, visible }: Search, alias: string): Sql =>
  and([
    ...words.map((word) => sql`${raw(`${alias}.searchText`)} LIKE ${`%${escaped(word)}%`}`),
    visible(alias),
  ]);

const amongNewest = (context: RequestContext, search: Search): Promise<Customer[]> =>
  ranked(
    context,
    search,
    sql`SELECT newest.id AS foundId FROM ${newestOf(search)} WHERE ${isWanted(search, 'newest')}`,
  );

/** So many are ranked at most. */
const candidatesMax = 500;

const isLive = raw('t.deletedAt IS NULL');

const matching = (phrases: readonly string[]): Sql =>
  sql`MATCH (t.searchText) AGAINST (${phrases.map((phrase) => `+"${phrase}"`).join(' ')} IN BOOLEAN MODE)`;

/** Few have the phrases, so that each of them can be looked at. */
const byPhrases = (
  context: RequestContext,
  search: Search,
  phrases: readonly string[],
): Promise<Customer[]> =>
  ranked(
    context,
    search,
    sql`SELECT t.id AS foundId FROM customer t
      WHERE ${and([matching(phrases), isLive, isWanted(search, 't')])}
      LIMIT ${raw(String(candidatesMax))}`,
  );

/** Very many have each of the words. As many as are ranked are looked at before rights are. */
async function byWords(context: RequestContext, search: Search): Promise<Customer[]> {
  const words = search.words.filter(isLong);
  const match = matching(words.map((word) => (isCode(word) ? lastPart(word) : word)));
  const { text, values } = sql`SELECT t.id FROM customer t WHERE ${match} ORDER BY ${match} DESC
    LIMIT ${raw(String(candidatesMax))}`;
  const rows: { id: Uint8Array }[] = await context.app.db.manager.query(text, [...values]);
  const among = (condition: Sql): Promise<Customer[]> =>
    ranked(
      context,
      search,
      sql`SELECT t.id AS foundId FROM customer t
        WHERE ${and([condition, isLive, isWanted(search, 't')])} LIMIT ${raw(String(candidatesMax))}`,
    );
  if (rows.length === 0) return [];
  const found = await among(sql`t.id IN (${rows.map(({ id }) => id)})`);
  return found.length >= search.size || rows.length < candidatesMax ? found : among(match);
}

/** Those called just so first, then those that begin so, the shorter the better. */
function ranked(context: RequestContext, { text, size }: Search, found: Sql): Promise<Customer[]> {
  const begins = `${escaped(text)}%`;
  return selectRows(
    context.app.db.manager,
    CustomerEntity,
    sql`JOIN (${found}) f ON f.foundId = t.id
      ORDER BY (t.code = ${text} OR t.name = ${text} OR t.shortName = ${text}) DESC,
        (t.name LIKE ${begins} OR t.shortName LIKE ${begins}) DESC, CHAR_LENGTH(t.name), t.name, t.id
      LIMIT ${raw(String(size))}`,
  );
}
