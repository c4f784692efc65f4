import type { Entity } from '@crm/kit/record/entity';
import { ExportJobEntity } from '@crm/kit/transfer/export-job.fields';
import { ImportJobEntity } from '@crm/kit/transfer/import-job.fields';
import { StoredFileEntity } from '@crm/kit/transfer/stored-file.fields';
import { ProductEntity } from './catalogue/product.fields.ts';
import { CreditAccountEntity, CreditEventEntity } from './credit/credit.fields.ts';
import { CustomerEntity } from './customer/customer.fields.ts';
import { StaffMemberEntity, TeamEntity } from './directory/directory.fields.ts';
import { NeedEntity } from './need/need.fields.ts';
import {
  OpportunityEntity,
  OpportunityStageChangeEntity,
} from './opportunity/opportunity.fields.ts';
import { OpportunityStageEntity } from './opportunity/stage.fields.ts';
import { ExternalOrganizationEntity } from './organization/organization.fields.ts';
import { CustomerRelationEntity } from './relation/relation.fields.ts';
import { RelationTypeEntity } from './relation/relation-type.fields.ts';
import {
  DuplicateCandidateEntity,
  DuplicateRuleEntity,
  DuplicateScanEntity,
} from './duplicate/duplicate.fields.ts';
import {
  LifecycleRuleEntity,
  LifecycleStepEntity,
  LifecycleSuggestionEntity,
  LifecycleTransitionEntity,
} from './lifecycle/lifecycle.fields.ts';
import { CustomerMergeEntity } from './merge/merge.fields.ts';
import { SalesOrderEntity } from './order/order.fields.ts';
import { OwnershipTermEntity } from './ownership/ownership.fields.ts';
import { PaymentEntity } from './payment/payment.fields.ts';
import { QualificationEntity } from './qualification/qualification.fields.ts';
import { PoolPolicyEntity } from './pool/pool.fields.ts';
import { ReceivableEntity } from './receivable/receivable.fields.ts';
import { ShareGrantEntity } from './sharing/sharing.fields.ts';
import { WebhookDeliveryEntity, WebhookEntity } from './webhook/webhook.fields.ts';

/** Every kind of record that this service owns. */
export const entities: readonly Entity[] = [
  CustomerEntity,
  SalesOrderEntity,
  PaymentEntity,
  ReceivableEntity,
  CreditAccountEntity,
  CreditEventEntity,
  CustomerRelationEntity,
  RelationTypeEntity,
  ExternalOrganizationEntity,
  QualificationEntity,
  NeedEntity,
  OpportunityEntity,
  OpportunityStageEntity,
  OpportunityStageChangeEntity,
  StaffMemberEntity,
  TeamEntity,
  ProductEntity,
  WebhookEntity,
  WebhookDeliveryEntity,
  DuplicateCandidateEntity,
  DuplicateRuleEntity,
  DuplicateScanEntity,
  CustomerMergeEntity,
  OwnershipTermEntity,
  ShareGrantEntity,
  PoolPolicyEntity,
  LifecycleTransitionEntity,
  LifecycleStepEntity,
  LifecycleRuleEntity,
  LifecycleSuggestionEntity,
  ImportJobEntity,
  ExportJobEntity,
  StoredFileEntity,
];

/** Those that administrators may define fields for. */
export const customisable: readonly Entity[] = [
  CustomerEntity,
  SalesOrderEntity,
  NeedEntity,
  OpportunityEntity,
];
