import type { Work } from '@crm/kit/record/command';
import type { DataOf } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Upserted } from '@crm/kit/record/upsert';
import { StaffUpserted, TeamChanged } from '@crm/schemas/events/directory';
import { StaffMemberEntity, TeamEntity, type StaffMember, type Team } from './directory.fields.ts';

type Saved<Row> = Pick<Upserted<Row>, 'changed' | 'created'>;

const customerId = (): null => null;

export async function staffSaved(
  work: Work,
  { created, changed: changes }: Saved<StaffMember>,
): Promise<void> {
  const event = { type: StaffUpserted, customerId };
  await publishRows(work, { ...event, rows: created, data: staffData });
  await publishChanges(work, { ...event, changes, data: ({ after }) => staffData(after) });
}

export async function teamsSaved(
  work: Work,
  { created, changed: changes }: Saved<Team>,
): Promise<void> {
  const event = { type: TeamChanged, customerId };
  await publishRows(work, { ...event, rows: created, data: teamData });
  await publishChanges(work, { ...event, changes, data: ({ after }) => teamData(after) });
}

const staffData = ({
  code,
  name,
  teamId,
  managerId,
  active,
}: StaffMember): DataOf<typeof StaffUpserted> => ({ code, name, teamId, managerId, active });

const teamData = ({ code, name, parentId }: Team): DataOf<typeof TeamChanged> => ({
  code,
  name,
  parentId,
});

export const staffSnapshot = snapshotOf({
  entity: StaffMemberEntity,
  type: StaffUpserted,
  customerId,
  data: staffData,
});

export const teamSnapshot = snapshotOf({
  entity: TeamEntity,
  type: TeamChanged,
  customerId,
  data: teamData,
});
