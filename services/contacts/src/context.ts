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
import { PersonEntity, type Person } from './person/person.fields.ts';

/** What a resolver is given. Made anew for each request, so a loader never outlives one. */
export type Context = RequestContext & {
  readonly loaders: {
    readonly affiliation: Loader<Affiliation>;
    readonly currentCustomer: Loader<string>;
    readonly interaction: Loader<Interaction>;
    readonly person: Loader<Person>;
    readonly primaryAffiliation: Loader<Affiliation>;
    readonly roleHolders: Loader<RoleHolders>;
  };
  readonly pages: {
    readonly affiliationsOfCustomer: ChildPages<Affiliation>;
    readonly affiliationsOfPerson: ChildPages<Affiliation>;
    readonly interactionsOfCustomer: ChildPages<Interaction>;
    /** Of people and of staff. */
    readonly interactionsOfParty: ChildPages<Interaction>;
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
      primaryAffiliation: primaryAffiliationLoader(context),
      roleHolders: roleHolderLoader(context),
    },
    pages: {
      affiliationsOfCustomer: childPages(context, AffiliationEntity, 'customerId'),
      affiliationsOfPerson: childPages(context, AffiliationEntity, 'personId'),
      interactionsOfCustomer: childPages(context, InteractionEntity, 'customerId'),
      interactionsOfParty: childPages(context, InteractionEntity, {
        table: 'interactionParty',
        parentColumn: 'partyId',
        column: 'interactionId',
      }),
    },
  };
}
