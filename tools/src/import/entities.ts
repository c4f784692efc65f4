/** What can be imported, and the bulk mutation of the graph that takes it. */
export type ImportEntity = {
  readonly mutation: string;
  /** The type of one row. */
  readonly rowType: string;
  /** Fields that say which record a row means: all of one entry must be mapped. */
  readonly keys: readonly (readonly string[])[];
  /** Whether rows name others of their kind, which have to be there before them. */
  readonly isOrdered?: boolean;
  /** Whether several rows may be of one record: a person is something at several organisations. */
  readonly isRepeatable?: boolean;
};

export const entities = {
  team: { mutation: 'upsertTeams', rowType: 'TeamInput', keys: [['code']], isOrdered: true },
  staff: { mutation: 'upsertStaff', rowType: 'StaffInput', keys: [['code']], isOrdered: true },
  product: { mutation: 'upsertProducts', rowType: 'ProductInput', keys: [['code']] },
  customer: { mutation: 'upsertCustomers', rowType: 'CreateCustomerInput', keys: [['code']] },
  person: {
    mutation: 'upsertPeople',
    rowType: 'PersonRowInput',
    keys: [['code'], ['externalRef'], ['name', 'affiliation.customerId']],
    isRepeatable: true,
  },
  order: {
    mutation: 'upsertOrders',
    rowType: 'RecordOrderInput',
    keys: [['source', 'externalRef']],
  },
  payment: {
    mutation: 'recordPayments',
    rowType: 'RecordPaymentInput',
    keys: [['source', 'externalRef']],
  },
  interaction: {
    mutation: 'logInteractions',
    rowType: 'LogInteractionInput',
    keys: [['source', 'externalRef']],
  },
} as const satisfies Readonly<Record<string, ImportEntity>>;

export type EntityName = keyof typeof entities;

export const entityNames: readonly string[] = Object.keys(entities);

export const isEntityName = (name: string): name is EntityName => name in entities;

/** The type of a mutation's `input`, which the graph names after it: `UpsertCustomersInput`. */
export const inputTypeOf = ({ mutation }: ImportEntity): string =>
  `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
