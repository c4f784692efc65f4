import type { App, RequestContext } from '@crm/kit/context';
import { entityLoader, type Loader } from '@crm/kit/record/loader';
import { survivorsOf } from '@crm/kit/projection/survivor';
import { childPages, type ChildPages } from '@crm/kit/record/page';
import type { RequestInfo } from '@crm/kit/request';
import { ExportJobEntity, type ExportJob } from '@crm/kit/transfer/export-job.fields';
import { ImportJobEntity, type ImportJob } from '@crm/kit/transfer/import-job.fields';
import { termLoader, type TermLoader } from '@crm/kit/record/vocabulary';
import { ProductEntity, type Product } from './catalogue/product.fields.ts';
import {
  CreditAccountEntity,
  CreditEventEntity,
  type CreditAccount,
  type CreditEvent,
} from './credit/credit.fields.ts';
import { creditLoader } from './credit/credit.queries.ts';
import { CustomerEntity, type Customer } from './customer/customer.fields.ts';
import {
  StaffMemberEntity,
  TeamEntity,
  type StaffMember,
  type Team,
} from './directory/directory.fields.ts';
import { NeedEntity, type Need } from './need/need.fields.ts';
import {
  OpportunityEntity,
  OpportunityStageChangeEntity,
  type Opportunity,
  type OpportunityStageChange,
} from './opportunity/opportunity.fields.ts';
import { opportunityStageLoader } from './opportunity/opportunity.queries.ts';
import type { OpportunityStage } from './opportunity/stage.fields.ts';
import { SalesOrderEntity, type SalesOrder } from './order/order.fields.ts';
import {
  ExternalOrganizationEntity,
  type ExternalOrganization,
} from './organization/organization.fields.ts';
import { PaymentEntity, type Payment } from './payment/payment.fields.ts';
import { QualificationEntity, type Qualification } from './qualification/qualification.fields.ts';
import { qualificationsLoader } from './qualification/qualification.queries.ts';
import { ReceivableEntity, type Receivable } from './receivable/receivable.fields.ts';
import { CustomerRelationEntity, type CustomerRelation } from './relation/relation.fields.ts';
import {
  parentRelationLoader,
  relationPages,
  relationTypeLoader,
  type RelationPages,
} from './relation/relation.queries.ts';
import type { RelationType } from './relation/relation-type.fields.ts';
import { duplicatesLoader } from './duplicate/duplicate.queries.ts';
import type { DuplicateMatch } from './duplicate/duplicate.ts';
import {
  LifecycleTransitionEntity,
  type LifecycleTransition,
} from './lifecycle/lifecycle.fields.ts';
import { CustomerMergeEntity, type CustomerMerge } from './merge/merge.fields.ts';
import { OwnershipTermEntity, type OwnershipTerm } from './ownership/ownership.fields.ts';
import { ShareGrantEntity, type ShareGrant } from './sharing/sharing.fields.ts';
import type { WebhookSettings } from './webhook/webhook.config.ts';
import { WebhookEntity, type Webhook } from './webhook/webhook.fields.ts';

/** What a resolver is given. Made anew for each request, so a loader never outlives one. */
export type Context = RequestContext & {
  readonly webhooks: WebhookSettings;
  readonly loaders: {
    readonly customer: Loader<Customer>;
    readonly order: Loader<SalesOrder>;
    readonly payment: Loader<Payment>;
    readonly product: Loader<Product>;
    readonly receivable: Loader<Receivable>;
    readonly staffMember: Loader<StaffMember>;
    readonly team: Loader<Team>;
    readonly term: TermLoader;
    readonly webhook: Loader<Webhook>;
    readonly importJob: Loader<ImportJob>;
    readonly exportJob: Loader<ExportJob>;
    readonly creditAccount: Loader<CreditAccount>;
    readonly creditOfCustomer: Loader<CreditAccount>;
    readonly customerRelation: Loader<CustomerRelation>;
    readonly parentRelation: Loader<CustomerRelation>;
    readonly relationType: Loader<RelationType>;
    readonly externalOrganization: Loader<ExternalOrganization>;
    readonly qualification: Loader<Qualification>;
    readonly qualificationsOfCustomer: Loader<readonly Qualification[]>;
    readonly need: Loader<Need>;
    readonly opportunity: Loader<Opportunity>;
    readonly opportunityStage: Loader<OpportunityStage>;
    readonly duplicates: Loader<readonly DuplicateMatch[]>;
  };
  readonly pages: {
    readonly customersOfStaff: ChildPages<Customer>;
    readonly membersOfTeam: ChildPages<StaffMember>;
    readonly ordersOfCustomer: ChildPages<SalesOrder>;
    readonly paymentsOfCustomer: ChildPages<Payment>;
    readonly receivablesOfCustomer: ChildPages<Receivable>;
    readonly receivablesOfOrder: ChildPages<Receivable>;
    readonly creditAccountsOfCustomer: ChildPages<CreditAccount>;
    readonly eventsOfCreditAccount: ChildPages<CreditEvent>;
    readonly relations: RelationPages;
    readonly needsOfCustomer: ChildPages<Need>;
    readonly opportunitiesOfCustomer: ChildPages<Opportunity>;
    readonly changesOfOpportunity: ChildPages<OpportunityStageChange>;
    readonly ordersOfOpportunity: ChildPages<SalesOrder>;
    readonly paymentsOfOrder: ChildPages<Payment>;
    readonly mergesOfCustomer: ChildPages<CustomerMerge>;
    readonly ownershipOfCustomer: ChildPages<OwnershipTerm>;
    readonly sharesOfCustomer: ChildPages<ShareGrant>;
    readonly lifecycleOfCustomer: ChildPages<LifecycleTransition>;
  };
};

export function createContext(
  app: App & { readonly webhooks: WebhookSettings },
  request: RequestInfo,
): Context {
  const context: RequestContext = { ...request, app };
  return {
    ...context,
    webhooks: app.webhooks,
    loaders: loadersOf(context),
    pages: pagesOf(context),
  };
}

const loadersOf = (context: RequestContext): Context['loaders'] => ({
  customer: entityLoader(context, CustomerEntity, survivorsOf),
  order: entityLoader(context, SalesOrderEntity),
  payment: entityLoader(context, PaymentEntity),
  product: entityLoader(context, ProductEntity),
  receivable: entityLoader(context, ReceivableEntity),
  staffMember: entityLoader(context, StaffMemberEntity),
  team: entityLoader(context, TeamEntity),
  term: termLoader(context.app.db.manager),
  webhook: entityLoader(context, WebhookEntity),
  importJob: entityLoader(context, ImportJobEntity),
  exportJob: entityLoader(context, ExportJobEntity),
  creditAccount: entityLoader(context, CreditAccountEntity),
  creditOfCustomer: creditLoader(context),
  customerRelation: entityLoader(context, CustomerRelationEntity),
  parentRelation: parentRelationLoader(context),
  relationType: relationTypeLoader(context),
  externalOrganization: entityLoader(context, ExternalOrganizationEntity),
  qualification: entityLoader(context, QualificationEntity),
  qualificationsOfCustomer: qualificationsLoader(context),
  need: entityLoader(context, NeedEntity),
  opportunity: entityLoader(context, OpportunityEntity),
  opportunityStage: opportunityStageLoader(context),
  duplicates: duplicatesLoader(context),
});

const pagesOf = (context: RequestContext): Context['pages'] => ({
  customersOfStaff: childPages(context, CustomerEntity, 'ownerId'),
  membersOfTeam: childPages(context, StaffMemberEntity, 'teamId'),
  ordersOfCustomer: childPages(context, SalesOrderEntity, 'customerId'),
  paymentsOfCustomer: childPages(context, PaymentEntity, 'customerId'),
  receivablesOfCustomer: childPages(context, ReceivableEntity, 'customerId'),
  receivablesOfOrder: childPages(context, ReceivableEntity, 'orderId'),
  creditAccountsOfCustomer: childPages(context, CreditAccountEntity, 'customerId'),
  eventsOfCreditAccount: childPages(context, CreditEventEntity, 'accountId'),
  relations: relationPages(context),
  needsOfCustomer: childPages(context, NeedEntity, 'customerId'),
  opportunitiesOfCustomer: childPages(context, OpportunityEntity, 'customerId'),
  changesOfOpportunity: childPages(context, OpportunityStageChangeEntity, 'opportunityId'),
  ordersOfOpportunity: childPages(context, SalesOrderEntity, 'opportunityId'),
  paymentsOfOrder: childPages(context, PaymentEntity, {
    table: 'orderPayment',
    parentColumn: 'orderId',
    column: 'paymentId',
  }),
  mergesOfCustomer: childPages(context, CustomerMergeEntity, 'survivorId'),
  ownershipOfCustomer: childPages(context, OwnershipTermEntity, 'customerId'),
  sharesOfCustomer: childPages(context, ShareGrantEntity, 'customerId'),
  lifecycleOfCustomer: childPages(context, LifecycleTransitionEntity, 'customerId'),
});
