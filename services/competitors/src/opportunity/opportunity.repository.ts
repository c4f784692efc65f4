import type { RequestContext } from '@crm/kit/context';
import { notFound } from '@crm/kit/errors';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { lockCustomer } from '@crm/kit/projection/customer-access';
import type { Work } from '@crm/kit/record/command';
import type { EntityManager } from 'typeorm';
import type { Opportunity, OpportunityStatus } from './opportunity.ts';

/** Keeps the opportunities as they were told; of one that is told of twice, the last stays. */
export async function saveOpportunities(
  manager: EntityManager,
  opportunities: readonly Opportunity[],
): Promise<void> {
  if (opportunities.length === 0) return;
  await manager.query(
    `INSERT INTO opportunity (id, customerId, status, amountAmount, amountCurrency, salespersonId,
       closedOn) VALUES ? AS fresh
     ON DUPLICATE KEY UPDATE customerId = fresh.customerId, status = fresh.status,
       amountAmount = fresh.amountAmount, amountCurrency = fresh.amountCurrency,
       salespersonId = fresh.salespersonId, closedOn = fresh.closedOn`,
    [
      opportunities.map(({ id, customerId, status, amount, salespersonId, closedOn }) => [
        idToBytes(id),
        idToBytes(customerId),
        status,
        amount?.amount ?? null,
        amount?.currency ?? null,
        salespersonId === null ? null : idToBytes(salespersonId),
        closedOn,
      ]),
    ],
  );
}

type Row = {
  readonly id: Uint8Array;
  readonly customerId: Uint8Array;
  readonly status: OpportunityStatus;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly salespersonId: Uint8Array | null;
  readonly closedOn: string | null;
};

const opportunityOf = (row: Row): Opportunity => ({
  id: idFromBytes(row.id),
  customerId: idFromBytes(row.customerId),
  status: row.status,
  amount:
    row.amount === null || row.currency === null
      ? null
      : { amount: row.amount, currency: row.currency },
  salespersonId: row.salespersonId === null ? null : idFromBytes(row.salespersonId),
  closedOn: row.closedOn,
});

const columns =
  'id, customerId, status, amountAmount AS amount, amountCurrency AS currency, salespersonId, closedOn';

async function findOpportunity(
  manager: EntityManager,
  id: string,
  lock: '' | 'FOR UPDATE' = '',
): Promise<Opportunity | null> {
  if (!isId(id)) return null;
  const [row]: Row[] = await manager.query(
    `SELECT ${columns} FROM opportunity WHERE id = ? ${lock}`,
    [idToBytes(id)],
  );
  return row ? opportunityOf(row) : null;
}

/** What is known of them. Nothing is told of them before the transaction ends. */
export async function lockOpportunities(
  manager: EntityManager,
  ids: readonly string[],
): Promise<Opportunity[]> {
  if (ids.length === 0) return [];
  const rows: Row[] = await manager.query(
    `SELECT ${columns} FROM opportunity WHERE id IN (?) ORDER BY id FOR UPDATE`,
    [ids.map(idToBytes)],
  );
  return rows.map(opportunityOf);
}

/**
 * Locks an opportunity for whose customer the viewer may record something; NOT_FOUND for every
 * other. Commands about one opportunity come one after the other.
 */
export async function lockOpportunity(work: Work, id: string): Promise<Opportunity> {
  const known = await findOpportunity(work.manager, id);
  if (!known) throw notFound('Opportunity', id);
  try {
    await lockCustomer(work, known.customerId);
  } catch {
    throw notFound('Opportunity', id);
  }
  const opportunity = await findOpportunity(work.manager, id, 'FOR UPDATE');
  if (!opportunity) throw notFound('Opportunity', id);
  return opportunity;
}

const waitMsMax = 1000;
const pollMs = 50;

/**
 * Gives what was told of an opportunity a moment ago time to arrive. Call it before the command;
 * what is not so after a second is refused there.
 */
export async function awaitOpportunity(
  { app }: RequestContext,
  id: string,
  isExpected: (opportunity: Opportunity) => boolean = () => true,
): Promise<void> {
  const waitUntil = Date.now() + waitMsMax;
  while (isId(id)) {
    const opportunity = await findOpportunity(app.db.manager, id);
    if ((opportunity && isExpected(opportunity)) || Date.now() >= waitUntil) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
