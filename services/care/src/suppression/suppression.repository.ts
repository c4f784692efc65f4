import { idFromBytes, idToBytes } from '@crm/kit/id';
import { selectRows } from '@crm/kit/record/store';
import { raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { Category } from '../occasion/category.ts';
import type { ContactPoint } from '../person/contact-point.ts';
import { FatiguePolicyEntity, type FatiguePolicy } from './policy.fields.ts';
import type { ConsentDecision, SuppressionFacts, Touch } from './suppression.ts';

type Asked = {
  readonly personIds: readonly string[];
  /** From about when care would be given: what lies more than `daysMax` before it counts no more. */
  readonly from: Date;
};

/** What decides whether people may be addressed, in a few statements whatever their number is. */
export async function loadSuppressionFacts(
  manager: EntityManager,
  { personIds, from }: Asked,
): Promise<ReadonlyMap<string, SuppressionFacts>> {
  const ids = [...new Set(personIds)];
  if (ids.length === 0) return new Map();
  const policies = await findPolicies(manager);
  const people = await peopleBy(manager, ids);
  const preferences = await preferencesBy(manager, ids);
  const consents = await consentsBy(manager, ids);
  const touches = await touchesBy(manager, ids, { policies, from });
  return new Map(
    ids.map((personId) => {
      const person = people.get(personId);
      return [
        personId,
        {
          personId,
          isGone: person?.isGone ?? true,
          contactPoints: person?.contactPoints ?? [],
          ...wishesOf(preferences.get(personId) ?? []),
          consents: consents.get(personId) ?? [],
          touches: touches.get(personId) ?? [],
          policies,
        },
      ];
    }),
  );
}

const findPolicies = (manager: EntityManager): Promise<FatiguePolicy[]> =>
  selectRows(manager, FatiguePolicyEntity, sql`WHERE t.active = 1 AND t.deletedAt IS NULL`);

type Rows<Row> = Promise<ReadonlyMap<string, readonly Row[]>>;

type OfPerson = { readonly personId: Uint8Array };

async function rowsBy<Row>(manager: EntityManager, { text, values }: Sql): Rows<Row> {
  const rows: (OfPerson & Row)[] = await manager.query(text, [...values]);
  const by = new Map<string, Row[]>();
  for (const row of rows) {
    const id = idFromBytes(row.personId);
    const known = by.get(id);
    if (known) known.push(row);
    else by.set(id, [row]);
  }
  return by;
}

type Person = { readonly isGone: boolean; readonly contactPoints: readonly ContactPoint[] };

type PersonRow = {
  readonly isGone: number;
  readonly contactPoints: readonly ContactPoint[] | null;
};

async function peopleBy(
  manager: EntityManager,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Person>> {
  const found = await rowsBy<PersonRow>(
    manager,
    sql`SELECT id AS personId, contactPoints,
        deletedAt IS NOT NULL OR status NOT IN ('ACTIVE', 'DEPARTED') AS isGone
      FROM personPulse WHERE id IN (${ids.map(idToBytes)})`,
  );
  return new Map(
    [...found].map(([id, [row]]) => [
      id,
      { isGone: row?.isGone !== 0, contactPoints: row?.contactPoints ?? [] },
    ]),
  );
}

type PreferenceRow = {
  readonly preferredChannels: readonly string[];
  readonly doNotContact: readonly string[];
  readonly from: string | null;
  readonly to: string | null;
  readonly timeZone: string | null;
};

const preferencesBy = (manager: EntityManager, ids: readonly string[]): Rows<PreferenceRow> =>
  rowsBy(
    manager,
    sql`SELECT personId, preferredChannels, doNotContact, quietHoursFrom AS \`from\`,
        quietHoursTo AS \`to\`, quietHoursTimeZone AS timeZone
      FROM personPreference
      WHERE personId IN (${ids.map(idToBytes)}) AND deletedAt IS NULL ORDER BY updatedAt`,
  );

type Wishes = Pick<SuppressionFacts, 'doNotContact' | 'preferredChannels' | 'quietHours'>;

/** Who was merged may have two: what either refuses is refused, else the later one counts. */
function wishesOf(rows: readonly PreferenceRow[]): Wishes {
  const last = rows.at(-1);
  return {
    preferredChannels: last?.preferredChannels ?? [],
    doNotContact: rows.flatMap(({ doNotContact }) => doNotContact),
    quietHours: last ? { from: last.from, to: last.to, timeZone: last.timeZone } : null,
  };
}

type ConsentRow = Omit<ConsentDecision, 'id'> & { readonly id: Uint8Array };

async function consentsBy(manager: EntityManager, ids: readonly string[]): Rows<ConsentDecision> {
  const found = await rowsBy<ConsentRow>(
    manager,
    sql`SELECT personId, id, purpose, channel, status, at FROM consentDecision
      WHERE personId IN (${ids.map(idToBytes)}) AND deletedAt IS NULL`,
  );
  return mapRows(found, ({ id, purpose, channel, status, at }) => ({
    id: idFromBytes(id),
    purpose,
    channel,
    status,
    at,
  }));
}

const mapRows = <From, To>(
  found: ReadonlyMap<string, readonly From[]>,
  map: (row: From) => To,
): ReadonlyMap<string, readonly To[]> =>
  new Map([...found].map(([id, rows]) => [id, rows.map(map)]));

const dayMs = 86_400_000;
/** The longest period of a policy, and the least time for which one occasion is remembered. */
const daysMin = 60;

type TouchRow = {
  readonly taskId: Uint8Array;
  readonly at: Date;
  readonly category: Category;
  readonly occasionId: Uint8Array | null;
  readonly occasionOn: string;
  readonly aboutId: Uint8Array | null;
};

type Since = { readonly policies: readonly FatiguePolicy[]; readonly from: Date };

/** What was given, or is planned, to the people and to whom they were before they were merged. */
async function touchesBy(
  manager: EntityManager,
  ids: readonly string[],
  { policies, from }: Since,
): Rows<Touch> {
  const days = Math.max(daysMin, ...policies.map(({ periodDays }) => periodDays ?? 0));
  const since = new Date(from.getTime() - days * dayMs);
  const { text, values } =
    sql`SELECT id, endId FROM mergedPerson WHERE endId IN (${ids.map(idToBytes)})`;
  const merged: { id: Uint8Array; endId: Uint8Array }[] = await manager.query(text, [...values]);
  const former = new Map(merged.map(({ id, endId }) => [idFromBytes(id), idFromBytes(endId)]));
  const all = [...ids, ...former.keys()].map(idToBytes);
  const found = await rowsBy<TouchRow>(
    manager,
    sql`SELECT personId, id AS taskId, dueAt AS at, category, occasionId, occasionOn, aboutId
      FROM careTask WHERE personId IN (${all}) AND dueAt > ${since} AND deletedAt IS NULL
        AND ${raw(`state IN (${counted.map((state) => `'${state}'`).join(', ')})`)}`,
  );
  const by = new Map<string, Touch[]>();
  for (const [personId, rows] of found) {
    const id = former.get(personId) ?? personId;
    by.set(id, [...(by.get(id) ?? []), ...rows.map(touchOf)]);
  }
  return by;
}

/** What is excluded, skipped, suppressed or failed is no touch. */
const counted = ['PROPOSED', 'SELECTED', 'SCHEDULED', 'SENT', 'DONE'] as const;

const touchOf = ({ taskId, at, category, occasionId, occasionOn, aboutId }: TouchRow): Touch => ({
  taskId: idFromBytes(taskId),
  at,
  category,
  occasionId: occasionId && idFromBytes(occasionId),
  occasionOn,
  aboutId: aboutId && idFromBytes(aboutId),
});
