import type { App, RequestContext } from '@crm/kit/context';
import { entityLoader, type Loader } from '@crm/kit/record/loader';
import { childPages, type ChildPages } from '@crm/kit/record/page';
import type { RequestInfo } from '@crm/kit/request';
import { currentCustomerLoader } from '@crm/kit/projection/survivor';
import { AffiliationEntity, type Affiliation } from './affiliation/affiliation.fields.ts';
import {
  primaryAffiliationLoader,
  roleHolderLoader,
  type RoleHolders,
} from './affiliation/affiliation.queries.ts';
import { InteractionEntity, type Interaction } from './interaction/interaction.fields.ts';
import { termLoader, type TermLoader } from '@crm/kit/record/vocabulary';
import { PersonEntity, type Person } from './person/person.fields.ts';
import {
  PersonRelationshipEntity,
  type PersonRelationship,
} from './relationship/relationship.fields.ts';
import {
  directReportPages,
  relationshipPages,
  relationshipTypeLoader,
  superiorLoader,
  type RelationshipPages,
} from './relationship/relationship.queries.ts';
import type { RelationshipType } from './relationship/relationship-type.fields.ts';

/** What a resolver is given. Made anew for each request, so a loader never outlives one. */
export type Context = RequestContext & {
  readonly loaders: {
    readonly affiliation: Loader<Affiliation>;
    readonly currentCustomer: Loader<string>;
    readonly interaction: Loader<Interaction>;
    readonly person: Loader<Person>;
    readonly personRelationship: Loader<PersonRelationship>;
    readonly primaryAffiliation: Loader<Affiliation>;
    readonly relationshipType: Loader<RelationshipType>;
    readonly roleHolders: Loader<RoleHolders>;
    /** Whom a person reports to, by id. */
    readonly superior: Loader<string>;
    readonly term: TermLoader;
  };
  readonly pages: {
    readonly affiliationsOfCustomer: ChildPages<Affiliation>;
    readonly affiliationsOfPerson: ChildPages<Affiliation>;
    readonly directReports: ChildPages<Person>;
    readonly interactionsOfCustomer: ChildPages<Interaction>;
    /** Of people and of staff. */
    readonly interactionsOfParty: ChildPages<Interaction>;
    readonly relationships: RelationshipPages;
  };
};

export function createContext(app: App, request: RequestInfo): Context {
  const context: RequestContext = { ...request, app };
  return {
    ...context,
    loaders: {
      affiliation: entityLoader(context, AffiliationEntity),
      currentCustomer: currentCustomerLoader(context),
      interaction: entityLoader(context, InteractionEntity),
      person: entityLoader(context, PersonEntity),
      personRelationship: entityLoader(context, PersonRelationshipEntity),
      primaryAffiliation: primaryAffiliationLoader(context),
      relationshipType: relationshipTypeLoader(context),
      roleHolders: roleHolderLoader(context),
      superior: superiorLoader(context),
      term: termLoader(app.db.manager),
    },
    pages: {
      affiliationsOfCustomer: childPages(context, AffiliationEntity, 'customerId'),
      affiliationsOfPerson: childPages(context, AffiliationEntity, 'personId'),
      directReports: directReportPages(context),
      interactionsOfCustomer: childPages(context, InteractionEntity, 'customerId'),
      interactionsOfParty: childPages(context, InteractionEntity, {
        table: 'interactionParty',
        parentColumn: 'partyId',
        column: 'interactionId',
      }),
      relationships: relationshipPages(context),
    },
  };
}
