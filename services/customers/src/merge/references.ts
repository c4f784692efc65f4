import { idToBytes } from '@crm/kit/id';
import type { References } from '@crm/kit/projection/moved-reference';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import { sql } from '@crm/kit/sql';
import { exposureChanged } from '../credit/credit.events.ts';
import { CreditAccountEntity, CreditEventEntity } from '../credit/credit.fields.ts';
import { needsMoved } from '../need/need.events.ts';
import { NeedEntity } from '../need/need.fields.ts';
import { opportunitiesMoved } from '../opportunity/opportunity.events.ts';
import {
  OpportunityEntity,
  OpportunityStageChangeEntity,
} from '../opportunity/opportunity.fields.ts';
import { orderMoved } from '../order/order.events.ts';
import { SalesOrderEntity } from '../order/order.fields.ts';
import { ExternalOrganizationEntity } from '../organization/organization.fields.ts';
import { paymentsAmended } from '../payment/payment.events.ts';
import { PaymentEntity } from '../payment/payment.fields.ts';
import { qualificationsMoved } from '../qualification/qualification.events.ts';
import { QualificationEntity } from '../qualification/qualification.fields.ts';
import { receivableMoved } from '../receivable/receivable.events.ts';
import { ReceivableEntity } from '../receivable/receivable.fields.ts';
import { refuseCircles } from '../relation/relation.commands.ts';
import { relationChanged } from '../relation/relation.events.ts';
import { CustomerRelationEntity, type CustomerRelation } from '../relation/relation.fields.ts';
import { moveSidesOf } from '../relation/relation.repository.ts';

const nobody = (): Promise<void> => Promise.resolve();

/** Its sides, by which it is found, go with it. */
async function relationMoved(
  work: Work,
  changes: readonly Change<CustomerRelation>[],
): Promise<void> {
  await moveSidesOf(work.manager, changes);
  await refuseCircles(work, changes);
  await relationChanged(work, changes);
}

/**
 * The records that follow their customer when it is merged, and who is told. A test holds the list
 * to the catalogue: no kind of record that names customers may be missing.
 */
export const references: readonly References[] = [
  { entity: SalesOrderEntity, tell: orderMoved },
  { entity: PaymentEntity, tell: paymentsAmended },
  { entity: ReceivableEntity, tell: receivableMoved },
  { entity: QualificationEntity, tell: qualificationsMoved },
  { entity: NeedEntity, tell: needsMoved },
  { entity: OpportunityEntity, tell: opportunitiesMoved },
  { entity: OpportunityStageChangeEntity, tell: nobody },
  {
    entity: CustomerRelationEntity,
    tell: relationMoved,
    // Nobody is related to itself: what tied the two stays with the one that is gone.
    only: (survivorId) =>
      sql`t.fromId <> ${idToBytes(survivorId)} AND t.toId <> ${idToBytes(survivorId)}`,
  },
  { entity: ExternalOrganizationEntity, tell: nobody },
  {
    entity: CreditAccountEntity,
    tell: exposureChanged,
    // A customer has one account in a currency: the survivor's own terms go on.
    only: (survivorId) => sql`NOT EXISTS (SELECT 1 FROM creditAccount own
      WHERE own.customerId = ${idToBytes(survivorId)} AND own.currency = t.currency
        AND own.deletedAt IS NULL)`,
  },
  {
    entity: CreditEventEntity,
    tell: nobody,
    // They go with their account.
    only: (survivorId) => sql`EXISTS (SELECT 1 FROM creditAccount a
      WHERE a.id = t.accountId AND a.customerId = ${idToBytes(survivorId)})`,
  },
];
