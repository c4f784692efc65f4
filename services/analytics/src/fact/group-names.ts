import type { RequestContext } from '@crm/kit/context';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import type { AggregateResult } from '@crm/kit/record/aggregate';
import { columnNamed, type Entity } from '@crm/kit/record/entity';
import { raw, sql } from '@crm/kit/sql';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { CompetitorEntity, ProductEntity, TeamEntity } from '../directory/directory.fields.ts';
import { PersonEntity } from '../person/person.fields.ts';

/** Groups with the names behind their ids but those of staff, a statement for each kind of record that is named. */
export async function withNames(
  context: RequestContext,
  entity: Entity,
  result: AggregateResult,
): Promise<AggregateResult> {
  const fields = result.rows[0]?.keys.map(({ field }) => field) ?? [];
  const names = new Map<string, string>();
  for (const field of fields) {
    const target = namedBy(entity, field);
    const found = target ? await namesOf(context, target, idsIn(result, field)) : [];
    for (const [id, name] of found) names.set(`${field} ${id}`, name);
  }
  return {
    ...result,
    rows: result.rows.map(({ keys, values }) => ({
      keys: keys.map((key) => ({
        ...key,
        labels: labelsOf(names.get(`${key.field} ${key.value}`)) ?? key.labels,
      })),
      values,
    })),
  };
}

const directory: readonly Entity[] = [
  CustomerEntity,
  TeamEntity,
  ProductEntity,
  CompetitorEntity,
  PersonEntity,
];

/** The records that the ids of a group field name. */
function namedBy(entity: Entity, field: string): Entity | null {
  const relation = entity.relations[field.split('.', 1)[0] ?? ''];
  const column = relation
    ? columnNamed(relation.to(), field.slice(field.indexOf('.') + 1))
    : columnNamed(entity, field);
  if (column?.name === 'id' && relation) return relation.to();
  return directory.find(({ name }) => name === column?.field.references) ?? null;
}

const idsIn = (result: AggregateResult, field: string): readonly string[] => [
  ...new Set(
    result.rows.flatMap(({ keys }) =>
      keys.flatMap((key) => (key.field === field ? (key.value ?? []) : [])),
    ),
  ),
];

/** A name is the same in every language. */
const labelsOf = (name: string | undefined): { readonly zh: string; readonly en: string } | null =>
  name === undefined ? null : { zh: name, en: name };

/** Whoever may see an id in a group may see the name that goes with it. */
async function namesOf(
  { app }: RequestContext,
  entity: Entity,
  ids: readonly string[],
): Promise<(readonly [id: string, name: string])[]> {
  if (ids.length === 0) return [];
  const { text, values } =
    sql`SELECT id, name FROM ${raw(`\`${entity.table}\``)} WHERE id IN (${ids.map(idToBytes)})`;
  const rows: { id: Uint8Array; name: string }[] = await app.db.manager.query(text, [...values]);
  return rows.map(({ id, name }) => [idFromBytes(id), name]);
}
