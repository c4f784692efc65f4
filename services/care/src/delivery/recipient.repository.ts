import { idFromBytes, idToBytes } from '@crm/kit/id';
import { namesOfStaff } from '@crm/kit/projection/staff-directory';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { contactPointFor, type ContactPoint } from '../person/contact-point.ts';
import { normalAddress, type SentChannel } from './address.ts';

/** What a message says of whom it is for. */
export type Recipient = {
  readonly personId: string;
  readonly name: string;
  readonly gender: string | null;
  readonly jobTitle: string | null;
  readonly customerName: string | null;
  readonly senderName: string | null;
  readonly contactPoints: readonly ContactPoint[];
};

export type Addressed = {
  readonly personId: string;
  readonly customerId: string | null;
  readonly senderId: string | null;
};

type PersonRow = {
  readonly id: Uint8Array;
  readonly name: string | null;
  readonly gender: string | null;
  readonly contactPoints: readonly ContactPoint[] | null;
};

type PlaceRow = {
  readonly personId: Uint8Array;
  readonly customerId: Uint8Array | null;
  readonly jobTitle: string | null;
  readonly customerName: string | null;
};

/** Gives what is known of those who are addressed, in three statements however many there are. */
export async function findRecipients(
  manager: EntityManager,
  addressed: readonly Addressed[],
): Promise<(each: Addressed) => Recipient | null> {
  const personIds = [...new Set(addressed.map(({ personId }) => personId))].map(idToBytes);
  const people = await readPeople(manager, personIds);
  const places = await readPlaces(manager, personIds);
  const names = await namesOfStaff(
    manager,
    addressed.flatMap(({ senderId }) => senderId ?? []),
  );
  return (each) => {
    const person = people.get(each.personId);
    return person ? recipientOf(person, { ...each, places, names }) : null;
  };
}

type Known = Addressed & {
  readonly places: ReadonlyMap<string, readonly PlaceRow[]>;
  readonly names: ReadonlyMap<string, string>;
};

function recipientOf(
  { name, gender, contactPoints }: PersonRow,
  { personId, customerId, senderId, places, names }: Known,
): Recipient | null {
  if (!name) return null;
  const { jobTitle, customerName } = placeOf(places.get(personId) ?? [], customerId);
  const senderName = (senderId === null ? null : names.get(senderId)) ?? null;
  const points = contactPoints ?? [];
  return { personId, name, gender, jobTitle, customerName, senderName, contactPoints: points };
}

async function readPeople(
  manager: EntityManager,
  ids: readonly Buffer[],
): Promise<ReadonlyMap<string, PersonRow>> {
  const { text, values } = sql`SELECT id, name, gender, contactPoints FROM personPulse
    WHERE id IN (${ids}) AND deletedAt IS NULL`;
  const rows: PersonRow[] = await manager.query(text, [...values]);
  return new Map(rows.map((row) => [idFromBytes(row.id), row]));
}

async function readPlaces(
  manager: EntityManager,
  personIds: readonly Buffer[],
): Promise<ReadonlyMap<string, readonly PlaceRow[]>> {
  const { text, values } = sql`SELECT a.personId, a.customerId, a.jobTitle, c.name AS customerName
    FROM affiliation a LEFT JOIN customerPulse c ON c.id = a.customerId
    WHERE a.personId IN (${personIds}) AND a.deletedAt IS NULL
      AND (a.validTo IS NULL OR a.validTo >= CURRENT_DATE)
    ORDER BY a.isPrimary DESC, a.id`;
  const rows: PlaceRow[] = await manager.query(text, [...values]);
  const byPerson = new Map<string, PlaceRow[]>();
  for (const row of rows) {
    const personId = idFromBytes(row.personId);
    byPerson.set(personId, [...(byPerson.get(personId) ?? []), row]);
  }
  return byPerson;
}

type Place = Pick<PlaceRow, 'customerName' | 'jobTitle'>;

const nowhere: Place = { customerName: null, jobTitle: null };

function placeOf(places: readonly PlaceRow[], wanted: string | null): Place {
  const isWanted = ({ customerId }: PlaceRow): boolean =>
    wanted === null || (customerId !== null && idFromBytes(customerId) === wanted);
  return places.find(isWanted) ?? nowhere;
}

/** Where a message goes, or null when nothing can be sent there. */
export function addressOf(
  { contactPoints }: Pick<Recipient, 'contactPoints'>,
  channel: SentChannel,
): string | null {
  const point = contactPointFor(contactPoints, channel);
  return point === null ? null : normalAddress(channel, point.value);
}
