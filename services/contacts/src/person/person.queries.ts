import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { scopeSql } from '@crm/kit/record/policy';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { selectRows } from '@crm/kit/record/store';
import { lengthOf } from '@crm/kit/text';
import { PersonEntity, type Person } from './person.fields.ts';

const resultsDefault = 20;
const resultsMax = 100;

/** People by the words of name, code and contact points, best match first. */
export async function searchPeople(
  { app, viewer }: RequestContext,
  { text, first }: { readonly text: string; readonly first?: number | null },
): Promise<Person[]> {
  const size = first ?? resultsDefault;
  if (size < 1 || size > resultsMax) throw invalid(`Ask for 1 to ${resultsMax} people`);
  const words = wordsOf(text);
  if (words.length === 0) throw invalid('Say at least one character of a name or code');
  const { condition, rank } = searchSql(words);
  const scope = scopeSql(viewer, 'read', { entity: PersonEntity, alias: 't', now: app.now() });
  return selectRows(
    app.db.manager,
    PersonEntity,
    sql`WHERE ${and([condition, raw('t.deletedAt IS NULL'), scope])}
      ORDER BY ${rank} LIMIT ${raw(String(size))}`,
  );
}

/** Characters that would end or steer the phrase are no part of a word. */
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .split(/\s+/)
    .map((word) => word.replaceAll(/["@*()<>~+\-\\%_\0]/g, ' ').trim())
    .flatMap((word) => word.split(' '))
    .filter((word) => word !== '')
    .slice(0, 10);

/** Every word must be there. A single character makes no token, and is looked up as a surname. */
function searchSql(words: readonly string[]): { readonly condition: Sql; readonly rank: Sql } {
  const phrases = words.filter((word) => lengthOf(word) > 1).map((word) => `+"${word}"`);
  if (phrases.length === 0) {
    return { condition: sql`t.name LIKE ${`${words[0] ?? ''}%`}`, rank: raw('t.name, t.id') };
  }
  const match = sql`MATCH (t.searchText) AGAINST (${phrases.join(' ')} IN BOOLEAN MODE)`;
  return { condition: match, rank: sql`${match} DESC, t.id` };
}
