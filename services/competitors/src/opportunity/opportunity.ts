/** What this service knows of an opportunity, from the events of customers. */
export type Opportunity = {
  readonly id: string;
  readonly customerId: string;
  readonly status: OpportunityStatus;
  readonly amount: { readonly amount: string; readonly currency: string } | null;
  readonly salespersonId: string | null;
  readonly closedOn: string | null;
};

export type OpportunityStatus = 'ABANDONED' | 'LOST' | 'OPEN' | 'WON';
