import { idFromBytes, idToBytes } from '@crm/kit/id';
import { scopeSql } from '@crm/kit/record/policy';
import { findByIds, selectRows } from '@crm/kit/record/store';
import { or, raw, sql, type Sql } from '@crm/kit/sql';
import type { Viewer } from '@crm/kit/viewer';
import type { EntityManager } from 'typeorm';
import { OccasionEntity } from '../occasion/occasion.fields.ts';
import { PersonPulseEntity } from '../person/person.fields.ts';
import { PulseEntity } from '../pulse/pulse.fields.ts';
import { CareTaskEntity } from '../task/task.fields.ts';
import type { CalendarFeed } from './calendar-feed.fields.ts';
import type { FeedEvent } from './calendar-feed.ts';

const dayMs = 86_400_000;
const daysBefore = 30;
const daysAhead = 90;
const eventsMax = 1000;

type Asked = {
  readonly viewer: Viewer;
  readonly scope: CalendarFeed['scope'];
  readonly now: Date;
};

/** What the owner of a feed may read now of the care of some weeks, the next first where there is more. */
export async function findFeedEvents(
  manager: EntityManager,
  { viewer, scope, now }: Asked,
): Promise<readonly FeedEvent[]> {
  const readable = (entity: Parameters<typeof scopeSql>[2]['entity'], alias: string): Sql =>
    scopeSql(viewer, 'read', { entity, alias, now });
  const from = new Date(now.getTime() - daysBefore * dayMs);
  const to = new Date(now.getTime() + daysAhead * dayMs);
  const tasks = await selectRows(
    manager,
    CareTaskEntity,
    sql`WHERE t.dueAt BETWEEN ${from} AND ${to} AND t.deletedAt IS NULL
      AND t.state IN ('PROPOSED', 'SELECTED', 'SCHEDULED', 'SENT', 'DONE')
      AND ${assignedTo(viewer, scope)} AND ${readable(CareTaskEntity, 't')}
      ORDER BY t.dueAt < ${now}, t.dueAt, t.id LIMIT ${raw(String(eventsMax))}`,
  );
  const occasions = await findByIds(manager, OccasionEntity, {
    ids: idsOf(tasks.map(({ occasionId }) => occasionId)),
  });
  const people = await findNames(manager, {
    table: PersonPulseEntity.table,
    ids: idsOf(tasks.map(({ personId }) => personId)),
    scope: readable(PersonPulseEntity, 't'),
  });
  const customers = await findNames(manager, {
    table: PulseEntity.table,
    ids: idsOf(tasks.map(({ customerId }) => customerId)),
    scope: readable(PulseEntity, 't'),
  });
  return tasks.map((task) => ({
    task,
    occasion: occasions.find(({ id }) => id === task.occasionId)?.labels ?? null,
    personName: people.get(task.personId) ?? null,
    customerName: customers.get(task.customerId ?? '') ?? null,
  }));
}

type Named = { readonly table: string; readonly ids: readonly string[]; readonly scope: Sql };

async function findNames(
  manager: EntityManager,
  { table, ids, scope }: Named,
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const { text, values } = sql`SELECT t.id, t.name FROM ${raw(table)} t
    WHERE t.id IN (${ids.map(idToBytes)}) AND t.deletedAt IS NULL AND ${scope}`;
  const rows: { id: Uint8Array; name: string }[] = await manager.query(text, [...values]);
  return new Map(rows.map(({ id, name }) => [idFromBytes(id), name]));
}

const idsOf = (ids: readonly (string | null)[]): string[] => [
  ...new Set(ids.flatMap((id) => id ?? [])),
];

/** One's own; of teams, that of everybody who is in one of them now too. */
function assignedTo({ staffId, teamIds }: Viewer, scope: CalendarFeed['scope']): Sql {
  const own = sql`t.assigneeId = ${staffId === null ? null : idToBytes(staffId)}`;
  if (scope === 'MINE') return own;
  return or([own, inTeams(teamIds)]);
}

/** The tasks `t` of whoever is in one of these teams now. */
const inTeams = (teamIds: readonly string[]): Sql =>
  sql`t.assigneeId IN (SELECT s.id FROM staffMember s
    WHERE s.teamId IN (${teamIds.map(idToBytes)}) AND s.deletedAt IS NULL)`;
