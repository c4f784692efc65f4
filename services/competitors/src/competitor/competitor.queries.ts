import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { scopeSql } from '@crm/kit/record/policy';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { selectRows } from '@crm/kit/record/store';
import { CompetitorEntity, type Competitor } from './competitor.fields.ts';

const resultsDefault = 20;
const resultsMax = 100;

/** Competitors by the words of their names and flagship products, best match first. */
export async function searchCompetitors(
  { app, viewer }: RequestContext,
  { text, first }: { readonly text: string; readonly first?: number | null },
): Promise<Competitor[]> {
  const size = first ?? resultsDefault;
  if (size < 1 || size > resultsMax) throw invalid(`Ask for 1 to ${resultsMax} competitors`);
  const { condition, rank } = searchSql(text);
  const visible = scopeSql(viewer, 'read', {
    entity: CompetitorEntity,
    alias: 't',
    now: app.now(),
  });
  return selectRows(
    app.db.manager,
    CompetitorEntity,
    sql`WHERE ${and([condition, raw('t.deletedAt IS NULL'), visible])} ORDER BY ${rank} LIMIT ${raw(String(size))}`,
  );
}

type Search = { readonly condition: Sql; readonly rank: Sql };

/** The index holds pairs of characters, so a single one is looked for at the start alone. */
function searchSql(text: string): Search {
  // What means something in a boolean search is taken for a space.
  const words = text
    .normalize('NFKC')
    .split(/[\s"@*()<>~+-]+/)
    .filter((word) => word !== '');
  const [first] = words;
  if (!first) throw invalid('Say at least one character of a name or code');
  const phrases = words.filter((word) => Array.from(word).length > 1).map((word) => `+"${word}"`);
  if (phrases.length === 0) {
    const pattern = `${first.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    return { condition: sql`t.searchText LIKE ${pattern}`, rank: raw('t.name, t.id') };
  }
  const match = sql`MATCH (t.searchText) AGAINST (${phrases.join(' ')} IN BOOLEAN MODE)`;
  return { condition: match, rank: sql`${match} DESC, t.id` };
}
