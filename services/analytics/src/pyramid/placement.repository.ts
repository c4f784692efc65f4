import { idToBytes } from '@crm/kit/id';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { Placed } from './census.ts';
import { keyOf, rewritingOf, type Rewriting, type Stored } from './placement.ts';
import { unitsOf } from './units.ts';

/** A place holds until the snapshot \`toSeq\`; this one is not to come. */
export const noEnd = 4_294_967_295;

/** The customers of a range of ids, as a snapshot found them. */
export type PlacedRange = {
  readonly after: Uint8Array;
  readonly upTo: Uint8Array;
  readonly placed: readonly Placed[];
};

type Snapshot = { readonly definitionId: string; readonly seq: number };

/** Writes where the customers of a range stand now, as far as that is new. Gives what changed. */
export async function savePlaces(
  manager: EntityManager,
  snapshot: Snapshot,
  range: PlacedRange,
): Promise<Rewriting> {
  const definition = idToBytes(snapshot.definitionId);
  const { text, values } =
    sql`SELECT subjectId AS id, fromSeq, tier, CAST(value AS CHAR) AS value, version
    FROM pyramidPlacement WHERE definitionId = ${definition} AND toSeq = ${noEnd}
      AND subjectId > ${range.after} AND subjectId <= ${range.upTo} FOR UPDATE`;
  const rows: (Omit<Stored, 'value'> & { value: string | null })[] = await manager.query(text, [
    ...values,
  ]);
  const stored = rows.map((row) => ({
    ...row,
    value: row.value === null ? null : unitsOf(row.value),
  }));
  const former = await findFormer(manager, definition, { ...range, stored });
  const rewriting = rewritingOf({ placed: range.placed, stored, former, seq: snapshot.seq });
  await endPlaces(manager, definition, { seq: snapshot.seq, ended: rewriting.ended });
  await writePlaces(manager, definition, [
    ...rewriting.begun.map((place) => ({ ...place, fromSeq: snapshot.seq })),
    ...rewriting.kept,
  ]);
  return rewriting;
}

/** The last version of those who have no place now and had one once. */
async function findFormer(
  manager: EntityManager,
  definition: Buffer,
  { after, upTo, placed, stored }: PlacedRange & { readonly stored: readonly Stored[] },
): Promise<ReadonlyMap<string, number>> {
  if (placed.length <= stored.length && stored.length > 0) {
    const known = new Set(stored.map(({ id }) => keyOf(id)));
    if (placed.every(({ id }) => known.has(keyOf(id)))) return new Map();
  }
  const { text, values } = sql`SELECT subjectId AS id, MAX(version) AS version
    FROM pyramidPlacement WHERE definitionId = ${definition} AND subjectId > ${after} AND subjectId <= ${upTo}
    GROUP BY subjectId HAVING MAX(toSeq) < ${noEnd}`;
  const rows: { id: Uint8Array; version: number }[] = await manager.query(text, [...values]);
  return new Map(rows.map(({ id, version }) => [keyOf(id), version]));
}

async function endPlaces(
  manager: EntityManager,
  definition: Buffer,
  { seq, ended }: { readonly seq: number; readonly ended: readonly Stored[] },
): Promise<void> {
  for (const part of inParts(ended)) {
    await manager.query(
      `UPDATE pyramidPlacement SET toSeq = ?
       WHERE definitionId = ? AND toSeq = ? AND subjectId IN (?)`,
      [seq, definition, noEnd, part.map(({ id }) => id)],
    );
  }
}

async function writePlaces(
  manager: EntityManager,
  definition: Buffer,
  places: readonly Stored[],
): Promise<void> {
  for (const part of inParts(places)) {
    await manager.query(
      `INSERT INTO pyramidPlacement (definitionId, subjectId, fromSeq, toSeq, tier, value, version)
       VALUES ? AS fresh
       ON DUPLICATE KEY UPDATE tier = fresh.tier, value = fresh.value, version = fresh.version`,
      [
        part.map(({ id, fromSeq, tier, value, version }) => [
          definition,
          id,
          fromSeq,
          noEnd,
          tier,
          value === null ? null : exactOf(value),
          version,
        ]),
      ],
    );
  }
}

/** Six digits after the point, as the column has. */
const exactOf = (units: bigint): string => {
  const size = units < 0n ? -units : units;
  const digits = String(size).padStart(7, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
};

const rowsPerStatement = 5000;

function* inParts<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    yield rows.slice(at, at + rowsPerStatement);
  }
}
