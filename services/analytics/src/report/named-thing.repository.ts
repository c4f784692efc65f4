import type { Labels } from '@crm/kit/record/field';
import { sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { strictest } from '../strictness.ts';
import { thingKey, type NamedThing, type NamedThings } from './named-thing.ts';

type Band = { readonly code: string; readonly label?: Labels; readonly labels?: Labels };

type Row = Pick<NamedThing, 'class' | 'code' | 'kind' | 'ref'> & {
  readonly seq: number | null;
  readonly labels: Labels | null;
  readonly bands: readonly (Band | readonly Band[] | null)[] | null;
};

/** Those of these codes, or all there are: one statement. */
export async function findNamedThings(
  manager: EntityManager,
  codes: readonly string[] | null,
): Promise<NamedThings> {
  const isAsked = (column: string): Sql =>
    codes === null ? sql`TRUE` : sql`${{ text: column, values: [] }} IN (${codes})`;
  const { text, values } = sql`
    SELECT 'MODEL' AS kind, CONVERT(m.code USING utf8mb4) AS code, CAST(m.id AS CHAR) AS ref,
      CONVERT(v.class USING utf8mb4) AS class, v.definition->'$.labels' AS labels,
      v.definition->'$.grades' AS bands, NULL AS seq, v.version AS version
    FROM evaluationModel m JOIN evaluationModelVersion v ON v.modelId = m.id
    WHERE v.publishedAt IS NOT NULL AND m.subjectType = 'CUSTOMER' AND ${isAsked('m.code')}
    UNION ALL
    SELECT 'PYRAMID', p.code, CONCAT('0x', HEX(p.id)), p.class, p.labels,
      JSON_ARRAY(p.tiers, p.base),
      (SELECT MAX(s.seq) FROM pyramidSnapshot s WHERE s.definitionId = p.id AND s.state = 'DONE'), 1
    FROM pyramidDefinition p WHERE p.deletedAt IS NULL AND ${isAsked('p.code')}
    UNION ALL
    SELECT 'SEGMENT', s.code, CONCAT('0x', HEX(s.id)), s.class, s.labels, NULL, NULL, 1
    FROM segment s WHERE s.deletedAt IS NULL AND ${isAsked('s.code')}
    ORDER BY version`;
  const rows: Row[] = await manager.query(text, [...values]);
  const found = new Map<string, NamedThing>();
  for (const row of rows) {
    const key = thingKey(row.kind, row.code);
    const before = found.get(key);
    found.set(key, thingOf(row, before));
  }
  return found;
}

/** Results of an older version may still be there, which was made of something stricter. */
const thingOf = (row: Row, before: NamedThing | undefined): NamedThing => ({
  kind: row.kind,
  code: row.code,
  ref: row.ref,
  class: strictest([row.class, ...(before ? [before.class] : [])]),
  labels: row.labels ?? { zh: row.code, en: row.code },
  values: { ...before?.values, ...labelsOf(row.bands) },
  seq: row.seq,
});

const labelsOf = (bands: Row['bands']): Readonly<Record<string, Labels>> =>
  Object.fromEntries(
    (bands ?? [])
      .flat()
      .flatMap((band) =>
        band ? [[band.code, band.labels ?? band.label ?? { zh: band.code, en: band.code }]] : [],
      ),
  );
