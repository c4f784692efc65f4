import type { App, RequestContext } from '@crm/kit/context';
import type { DocumentSettings } from '@crm/kit/document/document';
import type { DocumentRevision } from '@crm/kit/document/document.fields';
import { entityLoader, loaderBy, type Loader } from '@crm/kit/record/loader';
import { childPages, type ChildPages } from '@crm/kit/record/page';
import type { RequestInfo } from '@crm/kit/request';
import { namesOfStaff } from '@crm/kit/projection/staff-directory';
import { currentCustomerLoader } from '@crm/kit/projection/survivor';
import { activityOfPerson, type ActivityPages } from './activity/activity.queries.ts';
import { AffiliationEntity, type Affiliation } from './affiliation/affiliation.fields.ts';
import {
  primaryAffiliationLoader,
  roleHolderLoader,
  type RoleHolders,
} from './affiliation/affiliation.queries.ts';
import { PromotionEntity, type Promotion } from './affiliation/promotion.fields.ts';
import { ConsentEntity, type Consent } from './consent/consent.fields.ts';
import { consentStates, type ConsentStates } from './consent/consent.queries.ts';
import {
  DocumentEntity,
  DocumentRevisionEntity,
  type Document,
} from './document/document.fields.ts';
import { DecisionRecordEntity, type DecisionRecord } from './decision/decision.fields.ts';
import {
  CareerRecordEntity,
  EducationRecordEntity,
  type CareerRecord,
  type EducationRecord,
} from './history/history.fields.ts';
import { duplicatesLoader } from './duplicate/duplicate.queries.ts';
import type { PersonDuplicate } from './duplicate/duplicate.ts';
import { InteractionEntity, type Interaction } from './interaction/interaction.fields.ts';
import { termLoader, type TermLoader } from '@crm/kit/record/vocabulary';
import {
  DecisionMapEntity,
  type DecisionMap,
  type DecisionNode,
} from './decision-map/decision-map.fields.ts';
import {
  decisionNodesLoader,
  lastCoveredLoader,
  opportunityMapLoader,
} from './decision-map/decision-map.queries.ts';
import { PersonMergeEntity, type PersonMerge } from './merge/merge.fields.ts';
import { currentPeople } from './merge/merged-people.ts';
import { PersonEntity, type Person } from './person/person.fields.ts';
import {
  PersonRelationshipEntity,
  type PersonRelationship,
} from './relationship/relationship.fields.ts';
import {
  directReportPages,
  influencerLoader,
  relationshipPages,
  relationshipTypeLoader,
  superiorLoader,
  type RelationshipPages,
} from './relationship/relationship.queries.ts';
import type { RelationshipType } from './relationship/relationship-type.fields.ts';
import type { ContactPreference } from './preference/preference.fields.ts';
import { preferenceLoader } from './preference/preference.queries.ts';
import { PersonShareEntity, type PersonShare } from './sharing/sharing.fields.ts';
import { TouchPlanEntity, type TouchPlan } from './touch-plan/touch-plan.fields.ts';
import { nextTouchLoader } from './touch-plan/touch-plan.queries.ts';

/** What a resolver is given. Made anew for each request, so a loader never outlives one. */
export type Context = RequestContext & {
  readonly documents: DocumentSettings;
  readonly loaders: {
    readonly affiliation: Loader<Affiliation>;
    readonly consent: Loader<Consent>;
    readonly currentCustomer: Loader<string>;
    readonly document: Loader<Document>;
    readonly decisionMap: Loader<DecisionMap>;
    readonly decisionNodes: Loader<readonly DecisionNode[]>;
    /** The relationship by which somebody influences a person most, by id. */
    readonly influencer: Loader<string>;
    readonly duplicates: Loader<readonly PersonDuplicate[]>;
    readonly interaction: Loader<Interaction>;
    readonly lastCovered: Loader<Date>;
    readonly opportunityMap: Loader<DecisionMap>;
    /** The day, by customer. */
    readonly nextTouch: Loader<string>;
    readonly person: Loader<Person>;
    readonly personRelationship: Loader<PersonRelationship>;
    readonly preference: Loader<ContactPreference>;
    readonly primaryAffiliation: Loader<Affiliation>;
    readonly relationshipType: Loader<RelationshipType>;
    readonly promotion: Loader<Promotion>;
    readonly roleHolders: Loader<RoleHolders>;
    readonly staffName: Loader<string>;
    /** Whom a person reports to, by id. */
    readonly superior: Loader<string>;
    readonly term: TermLoader;
    readonly touchPlan: Loader<TouchPlan>;
  };
  readonly pages: {
    readonly activityOfPerson: ActivityPages;
    readonly affiliationsOfCustomer: ChildPages<Affiliation>;
    readonly affiliationsOfExternalOrganization: ChildPages<Affiliation>;
    readonly affiliationsOfPerson: ChildPages<Affiliation>;
    readonly decisionMapsOfCustomer: ChildPages<DecisionMap>;
    readonly careersOfPerson: ChildPages<CareerRecord>;
    readonly decisionsOfAffiliation: ChildPages<DecisionRecord>;
    readonly educationsOfPerson: ChildPages<EducationRecord>;
    readonly mergesOfPerson: ChildPages<PersonMerge>;
    readonly promotionsOfAffiliation: ChildPages<Promotion>;
    readonly sharesOfPerson: ChildPages<PersonShare>;
    readonly directReports: ChildPages<Person>;
    readonly consentStates: ConsentStates;
    readonly consentsOfPerson: ChildPages<Consent>;
    readonly documentsOfCustomer: ChildPages<Document>;
    readonly documentsOfInteraction: ChildPages<Document>;
    readonly documentsOfPerson: ChildPages<Document>;
    readonly revisionsOfDocument: ChildPages<DocumentRevision>;
    readonly interactionsOfCustomer: ChildPages<Interaction>;
    readonly interactionsOfOpportunity: ChildPages<Interaction>;
    /** Of people and of staff. */
    readonly interactionsOfParty: ChildPages<Interaction>;
    readonly relationships: RelationshipPages;
    readonly touchPlansOfCustomer: ChildPages<TouchPlan>;
    readonly touchPlansOfOwner: ChildPages<TouchPlan>;
    readonly touchPlansOfPerson: ChildPages<TouchPlan>;
  };
};

export function createContext(
  app: App & { readonly documents: DocumentSettings },
  request: RequestInfo,
): Context {
  const context: RequestContext = { ...request, app };
  return {
    ...context,
    documents: app.documents,
    loaders: loadersOf(context),
    pages: pagesOf(context),
  };
}

const loadersOf = (context: RequestContext): Context['loaders'] => ({
  affiliation: entityLoader(context, AffiliationEntity),
  consent: entityLoader(context, ConsentEntity),
  currentCustomer: currentCustomerLoader(context),
  decisionMap: entityLoader(context, DecisionMapEntity),
  decisionNodes: decisionNodesLoader(context),
  document: entityLoader(context, DocumentEntity),
  influencer: influencerLoader(context),
  duplicates: duplicatesLoader(context),
  interaction: entityLoader(context, InteractionEntity),
  lastCovered: lastCoveredLoader(context),
  nextTouch: nextTouchLoader(context),
  opportunityMap: opportunityMapLoader(context),
  person: entityLoader(context, PersonEntity, currentPeople),
  personRelationship: entityLoader(context, PersonRelationshipEntity),
  preference: preferenceLoader(context),
  primaryAffiliation: primaryAffiliationLoader(context),
  relationshipType: relationshipTypeLoader(context),
  promotion: entityLoader(context, PromotionEntity),
  roleHolders: roleHolderLoader(context),
  staffName: loaderBy((ids) => namesOfStaff(context.app.db.manager, ids)),
  superior: superiorLoader(context),
  term: termLoader(context.app.db.manager),
  touchPlan: entityLoader(context, TouchPlanEntity),
});

const pagesOf = (context: RequestContext): Context['pages'] => ({
  activityOfPerson: activityOfPerson(context),
  affiliationsOfCustomer: childPages(context, AffiliationEntity, 'customerId'),
  affiliationsOfExternalOrganization: childPages(
    context,
    AffiliationEntity,
    'externalOrganizationId',
  ),
  affiliationsOfPerson: childPages(context, AffiliationEntity, 'personId'),
  decisionMapsOfCustomer: childPages(context, DecisionMapEntity, 'customerId'),
  careersOfPerson: childPages(context, CareerRecordEntity, 'personId'),
  decisionsOfAffiliation: childPages(context, DecisionRecordEntity, 'affiliationId'),
  educationsOfPerson: childPages(context, EducationRecordEntity, 'personId'),
  mergesOfPerson: childPages(context, PersonMergeEntity, 'survivorId'),
  promotionsOfAffiliation: childPages(context, PromotionEntity, 'affiliationId'),
  sharesOfPerson: childPages(context, PersonShareEntity, 'personId'),
  directReports: directReportPages(context),
  consentStates: consentStates(context),
  consentsOfPerson: childPages(context, ConsentEntity, 'personId'),
  documentsOfCustomer: childPages(context, DocumentEntity, 'customerId'),
  documentsOfInteraction: childPages(context, DocumentEntity, 'interactionId'),
  documentsOfPerson: childPages(context, DocumentEntity, 'personId'),
  revisionsOfDocument: childPages(context, DocumentRevisionEntity, 'documentId'),
  interactionsOfCustomer: childPages(context, InteractionEntity, 'customerId'),
  interactionsOfOpportunity: childPages(context, InteractionEntity, 'relatesToOpportunityId'),
  interactionsOfParty: childPages(context, InteractionEntity, {
    table: 'interactionParty',
    parentColumn: 'partyId',
    column: 'interactionId',
  }),
  relationships: relationshipPages(context),
  touchPlansOfCustomer: childPages(context, TouchPlanEntity, 'customerId'),
  touchPlansOfOwner: childPages(context, TouchPlanEntity, 'ownerId'),
  touchPlansOfPerson: childPages(context, TouchPlanEntity, 'personId'),
});
