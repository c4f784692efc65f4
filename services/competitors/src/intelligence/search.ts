import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { companyDate } from '@crm/kit/record/criteria';
import { scopeSql } from '@crm/kit/record/policy';
import {
  isLong,
  pairsOf,
  phrasesOfRarestWord,
  rarePhrases,
  type Pair,
} from '@crm/kit/record/search-phrase';
import { selectRows } from '@crm/kit/record/store';
import { and, joinSql, raw, sql, type Sql } from '@crm/kit/sql';
import { lengthOf } from '@crm/kit/text';
import { IntelligenceItemEntity, type IntelligenceItem } from './intelligence.fields.ts';

const resultsDefault = 20;
const resultsMax = 100;
const textMax = 200;
const wordsMax = 10;

/** Enough to tell words that many have from those that few have. */
const newestCount = 1000;
/** The shares are told of two thousand. */
const countFactor = 2000 / newestCount;

type Search = {
  readonly words: readonly string[];
  readonly size: number;
  /** Every word is there, it holds if only that is wanted, and the viewer may see it. */
  readonly wanted: Sql;
};

type SearchArgs = {
  readonly text: string;
  readonly onlyValid?: boolean | null;
  readonly first?: number | null;
};

/** Items that have every word somewhere in title, tags or body, the newest first. */
export async function searchIntelligence(
  context: RequestContext,
  args: SearchArgs,
): Promise<IntelligenceItem[]> {
  const search = readSearch(context, args);
  const pairs = pairsOf(search.words);
  const { matching, counts } = await lookAtNewest(context, search, pairs);
  if (matching >= search.size) return newestFirst(context, search, raw('TRUE'));
  return newestFirst(context, search, matchingSql(phrasesOf(search, pairs, counts)));
}

function readSearch(context: RequestContext, { text, onlyValid, first }: SearchArgs): Search {
  const size = first ?? resultsDefault;
  if (size < 1 || size > resultsMax) throw invalid(`Ask for 1 to ${resultsMax} items`);
  if (lengthOf(text) > textMax) throw invalid(`A search has ${textMax} characters at most`);
  const words = text
    .normalize('NFKC')
    .split(/[\s"]+/)
    .filter((word) => word !== '')
    .slice(0, wordsMax);
  if (!words.some(isLong)) throw invalid('Say at least two characters of a word');
  const now = context.app.now();
  return {
    words,
    size,
    wanted: and([
      raw('t.deletedAt IS NULL'),
      ...words.map((word) => sql`t.searchText LIKE ${`%${escaped(word)}%`}`),
      ...(onlyValid ? [sql`(t.validUntil IS NULL OR t.validUntil >= ${companyDate(now)})`] : []),
      scopeSql(context.viewer, 'read', { entity: IntelligenceItemEntity, alias: 't', now }),
    ]),
  };
}

const escaped = (word: string): string => word.replaceAll(/[\\%_]/g, String.raw`\$&`);

type Sample = { readonly matching: number; readonly counts: readonly number[] };

function phrasesOf({ words }: Search, pairs: readonly Pair[], counts: readonly number[]): string[] {
  const rare = rarePhrases(pairs, counts);
  if (rare.length > 0) return rare;
  const common = phrasesOfRarestWord(words, pairs, counts);
  return common.length > 0 ? common : words.filter(isLong);
}

/** How many of the newest are wanted, and how many have each of the pairs. */
async function lookAtNewest(
  { app }: RequestContext,
  { wanted }: Search,
  pairs: readonly Pair[],
): Promise<Sample> {
  const has = pairs.map(
    ({ text }, at) => sql`SUM(t.searchText LIKE ${`%${escaped(text)}%`}) AS ${raw(`pair${at}`)}`,
  );
  const { text, values } = sql`SELECT
      ${joinSql([sql`SUM(${wanted}) AS matching`, ...has], ', ')}
    FROM (SELECT * FROM intelligenceItem ORDER BY id DESC LIMIT ${raw(String(newestCount))}) t`;
  const [row]: Record<string, unknown>[] = await app.db.manager.query(text, [...values]);
  const numberOf = (name: string): number => Number(row?.[name] ?? 0);
  return {
    matching: numberOf('matching'),
    counts: pairs.map((_, at) => numberOf(`pair${at}`) * countFactor),
  };
}

const matchingSql = (phrases: readonly string[]): Sql =>
  sql`MATCH (t.searchText) AGAINST (${phrases.map((phrase) => `+"${phrase}"`).join(' ')} IN BOOLEAN MODE)`;

const newestFirst = (
  { app }: RequestContext,
  { wanted, size }: Search,
  condition: Sql,
): Promise<IntelligenceItem[]> =>
  selectRows(
    app.db.manager,
    IntelligenceItemEntity,
    sql`WHERE ${and([condition, wanted])} ORDER BY t.id DESC LIMIT ${raw(String(size))}`,
  );
