/** The type in the graph of the record that tells each kind of fact. */
const types = {
  ORDER: 'SalesOrder',
  ORDER_LINE: 'SalesOrder',
  PAYMENT: 'Payment',
  RECEIVABLE: 'Receivable',
  INTERACTION: 'Interaction',
  NEED: 'Need',
  OPPORTUNITY: 'Opportunity',
  COMPETITION: 'OpportunityCompetitor',
  ALERT: 'Alert',
  SURVEY_RESPONSE: 'SurveyResponse',
  ACTIVITY: 'CompetitorActivity',
  CREDIT_ACCOUNT: 'CreditAccount',
  CUSTOMER: 'Customer',
  TARGET: 'PerformanceTarget',
} as const;

export type FactRecord = {
  readonly __typename: (typeof types)[keyof typeof types];
  readonly id: string;
};

/** As its own service knows it; null for what no service has a record of. */
export function recordOf(kind: string, id: string): FactRecord | null {
  const known = Object.entries(types).find(([name]) => name === kind);
  return known ? { __typename: known[1], id } : null;
}
