import { notFound } from '@crm/kit/errors';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { survivorsOf } from '@crm/kit/projection/survivor';
import type { Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { activeOnSql } from '@crm/kit/record/period';
import { scopeSql } from '@crm/kit/record/policy';
import { sql } from '@crm/kit/sql';
import { mergedPeople } from './merged-people.ts';
import { PersonPulseEntity } from './person.fields.ts';

export type Place = {
  readonly personId: string;
  /** Where the person is first of all; null for who is at no customer. */
  readonly customerId: string | null;
  /** Who answers for the customer, or the person. */
  readonly ownerId: string | null;
};

type Row = {
  readonly id: Uint8Array;
  readonly customerId: Uint8Array | null;
  readonly ownerId: Uint8Array | null;
};

/**
 * Locks a person for whom the viewer may record something, or the one that the id means since it was
 * merged; NOT_FOUND for every other.
 */
export async function lockPersonAt(
  { manager, viewer, now }: Work,
  personId: string,
): Promise<Place> {
  if (!isId(personId)) throw notFound('Person', personId);
  const survivors = await survivorsOf(manager, [personId], mergedPeople);
  const id = survivors.get(personId) ?? personId;
  const scope = scopeSql(viewer, 'write', { entity: PersonPulseEntity, alias: 'p', now });
  const { text, values } = sql`SELECT p.id, c.customerId, COALESCE(c.ownerId, p.ownerId) AS ownerId
    FROM personPulse p LEFT JOIN LATERAL (
      SELECT a.customerId, k.ownerId FROM affiliation a JOIN customerPulse k ON k.id = a.customerId
      WHERE a.personId = p.id AND a.deletedAt IS NULL AND k.deletedAt IS NULL
        AND ${activeOnSql('a', companyDate(now))}
      ORDER BY a.isPrimary DESC, a.id LIMIT 1) c ON TRUE
    WHERE p.id = ${idToBytes(id)} AND p.deletedAt IS NULL AND ${scope} FOR UPDATE OF p`;
  const [row]: Row[] = await manager.query(text, [...values]);
  if (!row) throw notFound('Person', personId);
  return {
    personId: idFromBytes(row.id),
    customerId: row.customerId && idFromBytes(row.customerId),
    ownerId: row.ownerId && idFromBytes(row.ownerId),
  };
}
