import type { RequestContext } from '@crm/kit/context';
import { idToBytes, isId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { joinSql, raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { Interaction } from '../interaction/interaction.fields.ts';
import { visibleSql, type Ties } from '../network/network.repository.ts';
import { hexOf, keyOfBytes, type PersonKey } from '../network/person-key.ts';
import { counts, scoreFor, scoreOf, scoreSql, strengthOf } from './closeness.ts';

type Pair = { readonly staffId: string; readonly personId: string };

const pairsOf = ({ staffIds, participantIds }: Interaction): Pair[] =>
  staffIds.flatMap((staffId) => participantIds.map((personId) => ({ staffId, personId })));

const keyOfPair = ({ staffId, personId }: Pair): string => `${staffId} ${personId}`;

const pairsPerStatement = 500;

/** Brings those closer who took part in interactions that are new. */
export async function addCloseness(
  manager: EntityManager,
  interactions: readonly Interaction[],
): Promise<void> {
  const sums = new Map<string, Pair & { score: number; interactions: number; lastAt: Date }>();
  for (const interaction of interactions.filter(counts)) {
    for (const pair of pairsOf(interaction)) {
      const key = keyOfPair(pair);
      const sum = sums.get(key) ?? { ...pair, score: 0, interactions: 0, lastAt: new Date(0) };
      sum.score += scoreOf(interaction);
      sum.interactions += 1;
      if (interaction.occurredAt > sum.lastAt) sum.lastAt = interaction.occurredAt;
      sums.set(key, sum);
    }
  }
  // In one order, so that two commands never wait for each other.
  const rows = [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
  for (let at = 0; at < rows.length; at += pairsPerStatement) {
    const tuples = rows
      .slice(at, at + pairsPerStatement)
      .map(
        ({ staffId, personId, score, interactions: count, lastAt }) =>
          sql`(${[idToBytes(staffId), idToBytes(personId), score, count, lastAt]})`,
      );
    const { text, values } =
      sql`INSERT INTO closeness (staffId, personId, score, interactions, lastAt)
      VALUES ${joinSql(tuples, ', ')} AS new
      ON DUPLICATE KEY UPDATE score = closeness.score + new.score,
        interactions = closeness.interactions + new.interactions,
        lastAt = GREATEST(closeness.lastAt, new.lastAt)`;
    await manager.query(text, [...values]);
  }
}

/** Counts again how close those are who took part in interactions as they were or as they are. */
export async function recountCloseness(
  manager: EntityManager,
  interactions: readonly Interaction[],
): Promise<void> {
  const pairs = [...new Map(interactions.flatMap(pairsOf).map((pair) => [keyOfPair(pair), pair]))]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { staffId, personId }]) => [hex(staffId), hex(personId)]);
  for (let at = 0; at < pairs.length; at += pairsPerStatement) {
    const some = pairTable(pairs.slice(at, at + pairsPerStatement));
    await run(
      manager,
      sql`DELETE c FROM ${some} JOIN closeness c ON c.staffId = p.staffId AND c.personId = p.personId`,
    );
    await run(
      manager,
      sql`INSERT INTO closeness (staffId, personId, score, interactions, lastAt)
        SELECT p.staffId, p.personId, SUM(${raw(scoreSql('i'))}), COUNT(*), MAX(i.occurredAt)
        FROM ${some}
          JOIN interactionParty person ON person.partyId = p.personId
          JOIN interactionParty staff ON staff.partyId = p.staffId AND staff.interactionId = person.interactionId
          JOIN interaction i ON i.id = person.interactionId
        WHERE i.deletedAt IS NULL AND NOT (i.outcome <=> 'NOT_REACHED')
        GROUP BY p.staffId, p.personId`,
    );
  }
}

const hex = (id: string): string => idToBytes(id).toString('hex');

const pairTable = (pairs: readonly (readonly string[])[]): Sql =>
  sql`(SELECT UNHEX(j.a) AS staffId, UNHEX(j.b) AS personId FROM JSON_TABLE(${JSON.stringify(pairs)},
    '$[*]' COLUMNS (a CHAR(32) PATH '$[0]', b CHAR(32) PATH '$[1]')) j) p`;

async function run(manager: EntityManager, { text, values }: Sql): Promise<void> {
  await manager.query(text, [...values]);
}

export type Known = {
  /** With the strength of how close they are. */
  readonly people: ReadonlyMap<PersonKey, number>;
  readonly isTruncated: boolean;
};

const peopleMax = 1000;

/** The people whom a member of staff knows, whom the viewer may read: the closest of them. */
export async function findPeopleOfStaff(
  context: RequestContext,
  staffId: string,
  { day, minStrength }: Pick<Ties, 'day' | 'minStrength'>,
): Promise<Known> {
  if (!isId(staffId)) return { people: new Map(), isTruncated: false };
  const now = context.app.now();
  const isPast = day < companyDate(now);
  const at = isPast ? endOf(day) : now;
  const scores = isPast ? scoresAsOf(staffId, at) : scoresOf(staffId);
  const { text, values } = sql`SELECT c.personId, c.score
    FROM ${scores} c JOIN person t ON t.id = c.personId
    WHERE c.score >= ${scoreFor(Math.max(1, minStrength), at)} AND ${visibleSql(context)}
    ORDER BY c.score DESC LIMIT ${raw(String(peopleMax + 1))}`;
  const rows: { personId: Uint8Array; score: number }[] = await context.app.db.manager.query(text, [
    ...values,
  ]);
  return {
    people: new Map(
      rows
        .slice(0, peopleMax)
        .map(({ personId, score }) => [keyOfBytes(personId), strengthOf(score, at)]),
    ),
    isTruncated: rows.length > peopleMax,
  };
}

/** The last moment of a day of the company. */
const endOf = (day: string): Date => new Date(`${day}T23:59:59.999+08:00`);

const scoresOf = (staffId: string): Sql =>
  sql`(SELECT personId, score FROM closeness WHERE staffId = ${idToBytes(staffId)})`;

/** What the score was on a day is counted from what had happened by then. */
const scoresAsOf = (staffId: string, at: Date): Sql =>
  sql`(SELECT person.partyId AS personId, SUM(${raw(scoreSql('i'))}) AS score
    FROM interactionParty staff
      JOIN interaction i ON i.id = staff.interactionId
      JOIN interactionParty person ON person.interactionId = i.id
    WHERE staff.partyId = ${idToBytes(staffId)} AND i.deletedAt IS NULL
      AND NOT (i.outcome <=> 'NOT_REACHED') AND i.occurredAt <= ${at}
    GROUP BY person.partyId)`;

export type Acquaintance = {
  readonly staffId: Buffer;
  readonly person: PersonKey;
  readonly strength: number;
};

/** The staff who are closest to each of these people, in one statement. */
export async function findStaffClosestTo(
  { app }: RequestContext,
  people: readonly PersonKey[],
  perPerson: number,
): Promise<Acquaintance[]> {
  if (people.length === 0) return [];
  const now = app.now();
  const { text, values } = sql`SELECT c.staffId, p.at, c.score
    FROM JSON_TABLE(${JSON.stringify(people.map(hexOf))}, '$[*]'
      COLUMNS (at FOR ORDINALITY, hex CHAR(32) CHARACTER SET ascii PATH '$')) p,
    LATERAL (SELECT k.staffId, k.score FROM closeness k JOIN staffMember s ON s.id = k.staffId
      WHERE k.personId = UNHEX(p.hex) AND k.score >= ${scoreFor(1, now)}
        AND s.active = 1 AND s.deletedAt IS NULL
      ORDER BY k.personId, k.score DESC LIMIT ${raw(String(perPerson))}) c`;
  const rows: { staffId: Buffer; at: number; score: number }[] = await app.db.manager.query(text, [
    ...values,
  ]);
  return rows.map(({ staffId, at, score }) => ({
    staffId,
    person: people[at - 1] ?? '',
    strength: strengthOf(score, now),
  }));
}
