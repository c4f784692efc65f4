import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { and, joinSql, raw, sql, type Sql } from '@crm/kit/sql';
import { lengthOf } from '@crm/kit/text';
import { searchTextOf } from './customer.ts';
import { CustomerEntity, type Customer } from './customer.fields.ts';

const resultsDefault = 20;
const resultsMax = 100;
const textMax = 200;
const wordsMax = 10;

type Search = {
  /** As it was typed, for what begins with it. */
  readonly text: string;
  readonly words: readonly string[];
  readonly size: number;
  readonly visible: Sql;
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
  const isEnough = found.length >= size || (found.length > 0 && isCode(search.text));
  if (isEnough || !words.some(isLong)) return found;
  const others = (await amongNewest(context, search)) ?? (await byWords(context, search));
  const known = new Set(found.map(({ id }) => id));
  return [...found, ...others.filter(({ id }) => !known.has(id))].slice(0, size);
}

function readSearch(context: RequestContext, text: string, size: number): Search {
  if (size < 1 || size > resultsMax) throw invalid(`Ask for 1 to ${resultsMax} customers`);
  if (lengthOf(text) > textMax) throw invalid(`A search has ${textMax} characters at most`);
  const words = wordsOf(text);
  if (words.length === 0) throw invalid('Say at least one character of a name or code');
  return { text: text.normalize('NFKC').trim(), words, size, visible: visibleTo(context) };
}

/** Company words tell nothing, quotes would end a phrase, and single characters alone are one word. */
function wordsOf(text: string): string[] {
  const plain = searchTextOf({ name: text, shortName: null, formerNames: [], code: '' });
  const words = plain.replaceAll('"', ' ').split(/\s+/).filter(Boolean).slice(0, wordsMax);
  return words.length > 1 && !words.some(isLong) ? [words.join('')] : words;
}

/** Full text knows pairs of characters. */
const isLong = (word: string): boolean => lengthOf(word) > 1;

/** `C-004711`: what it begins with nearly all codes begin with. */
const isCode = (word: string): boolean => /^[\w./-]*\d[\w./-]*$/.test(word);

const lastPart = (code: string): string => code.split(/[^A-Za-z0-9]+/).findLast(isLong) ?? code;

const escaped = (word: string): string => word.replaceAll(/[\\%_]/g, String.raw`\$&`);

/** Codes, names and short names that begin with the text, from their keys. */
function beginning(context: RequestContext, search: Search): Promise<Customer[]> {
  const { text, size, visible } = search;
  const part = (column: string, pattern: string): Sql =>
    sql`(SELECT t.id AS foundId FROM customer t WHERE ${raw(`t.${column}`)} LIKE ${pattern}
      AND ${visible} ORDER BY ${raw(`t.${column}`)} LIMIT ${raw(String(size))})`;
  const parts = ['code', 'name', 'shortName'].map((column) => part(column, `${escaped(text)}%`));
  return ranked(context, search, joinSql(parts, ' UNION '));
}

/** Of a word that very many have, enough are found among the newest customers. */
const newestCount = 2000;

async function amongNewest(context: RequestContext, search: Search): Promise<Customer[] | null> {
  const { size, visible, words } = search;
  const found = await ranked(
    context,
    search,
    sql`SELECT newest.id AS foundId FROM (SELECT /*+ NO_SKIP_SCAN(t) */ t.id, t.searchText FROM customer t WHERE ${visible}
      ORDER BY t.id DESC LIMIT ${raw(String(newestCount))}) newest
      WHERE ${and(words.map((word) => sql`newest.searchText LIKE ${`%${escaped(word)}%`}`))}`,
  );
  return found.length >= size ? found : null;
}

/** So many are looked at in the order of their relevance before rights are. */
const candidatesMax = 500;

async function byWords(context: RequestContext, search: Search): Promise<Customer[]> {
  const { size, visible, words } = search;
  const phrases = words.filter(isLong).map((word) => `+"${isCode(word) ? lastPart(word) : word}"`);
  const match = sql`MATCH (t.searchText) AGAINST (${phrases.join(' ')} IN BOOLEAN MODE)`;
  const whole = and(words.map((word) => sql`t.searchText LIKE ${`%${escaped(word)}%`}`));
  const candidates = sql`SELECT t.id FROM customer t WHERE ${match} ORDER BY ${match} DESC
    LIMIT ${raw(String(candidatesMax))}`;
  const found = await ranked(
    context,
    search,
    sql`SELECT t.id AS foundId FROM (${candidates}) c JOIN customer t ON t.id = c.id
      WHERE ${and([whole, visible])}`,
  );
  if (found.length >= size || (await count(context, candidates)) < candidatesMax) return found;
  return ranked(
    context,
    search,
    sql`SELECT t.id AS foundId FROM customer t WHERE ${and([match, whole, visible])}
      LIMIT ${raw(String(candidatesMax))}`,
  );
}

async function count({ app }: RequestContext, rows: Sql): Promise<number> {
  const [row]: { total: number }[] = await app.db.manager.query(
    `SELECT COUNT(*) AS total FROM (${rows.text}) c`,
    [...rows.values],
  );
  return row?.total ?? 0;
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

const visibleTo = ({ viewer, app }: RequestContext): Sql =>
  and([
    raw('t.deletedAt IS NULL'),
    scopeSql(viewer, 'read', { entity: CustomerEntity, alias: 't', now: app.now() }),
  ]);
