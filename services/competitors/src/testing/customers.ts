import type { Database } from '@crm/kit/database/database';
import { newId } from '@crm/kit/id';
import { saveCustomerAccess } from '@crm/kit/projection/customer-access';
import { saveStaff } from '@crm/kit/projection/staff-directory';
import { applyWith, eventOf } from '@crm/kit/testing/events';
import type { CustomerData } from '@crm/schemas/events/customer';
import {
  OpportunityAbandoned,
  OpportunityLost,
  OpportunityOpened,
  OpportunityReopened,
  OpportunityUpdated,
  OpportunityWon,
  type OpportunityData,
} from '@crm/schemas/events/opportunity';
import { consumers } from '../consumers.ts';

type Owner = { readonly ownerId: string | null; readonly teamId: string | null };

/** Applies events as the service does. */
export const apply = applyWith(consumers);

/** What an event of the customers service leaves here; gives the customer's id. */
export async function addCustomer(db: Database, owner: Partial<Owner> = {}): Promise<string> {
  const aggregateId = newId();
  const data = { ownerId: null, teamId: null, ...owner };
  const occurredAt = new Date().toISOString();
  await saveCustomerAccess(db.manager, [{ aggregateId, occurredAt, data }]);
  return aggregateId;
}

export async function addStaff(db: Database, teamId: string | null = null): Promise<string> {
  const aggregateId = newId();
  const data = { code: `S-${aggregateId}`, name: '王芳', active: true, managerId: null, teamId };
  await saveStaff(db.manager, [{ aggregateId, data }]);
  return aggregateId;
}

export const customerData: CustomerData = {
  code: 'C1',
  kind: 'ORGANIZATION',
  name: '恒泰',
  shortName: null,
  country: null,
  province: null,
  city: null,
  industry: 'MINING',
  legalForm: null,
  establishedOn: null,
  level: 'A',
  categories: [],
  channelRole: null,
  lifecycleStage: 'TRADING',
  designation: null,
  source: null,
  ownerId: null,
  teamId: null,
};

export const opened: OpportunityData = {
  name: '伺服改造',
  stage: 'FIRST',
  status: 'OPEN',
  amount: { amount: '100000.00', currency: 'CNY' },
  probability: 10,
  expectedCloseOn: null,
  needId: null,
  salespersonId: null,
  closedOn: null,
  winReason: null,
  lossReason: null,
};

const types = {
  OPEN: OpportunityOpened,
  WON: OpportunityWon,
  LOST: OpportunityLost,
  ABANDONED: OpportunityAbandoned,
} as const;

type Told = Partial<OpportunityData> & { readonly id?: string; readonly version?: number };

/** Has customers tell of an opportunity in this state; gives its id. */
export async function tellOpportunity(
  db: Database,
  customerId: string,
  { id = newId(), version = 1, ...given }: Told = {},
): Promise<string> {
  const data = { ...opened, ...given };
  const type = version === 1 || data.status !== 'OPEN' ? types[data.status] : OpportunityReopened;
  await apply(db, [eventOf(type, { id, version, customerId }, data)]);
  return id;
}

/** Has it belong to another customer, as a merge does. */
export const moveOpportunity = (
  db: Database,
  customerId: string,
  { id, version }: { readonly id: string; readonly version: number },
): Promise<void> => apply(db, [eventOf(OpportunityUpdated, { id, version, customerId }, opened)]);

/** The names of the events that were recorded about something, in their order. */
export async function eventsOf(db: Database, id: string): Promise<string[]> {
  const rows: { type: string }[] = await db.query(
    'SELECT type FROM outbox WHERE aggregateId = UUID_TO_BIN(?) ORDER BY version',
    [id],
  );
  return rows.map(({ type }) => type);
}
