/** The enums and the input `ChangeFilter` of the graph. */
export type EntityKind =
  | 'CUSTOMER'
  | 'SALES_ORDER'
  | 'PAYMENT'
  | 'RECEIVABLE'
  | 'NEED'
  | 'OPPORTUNITY'
  | 'PERSON'
  | 'AFFILIATION'
  | 'INTERACTION'
  | 'TOUCH_PLAN'
  | 'CONSENT'
  | 'DOCUMENT'
  | 'ALERT'
  | 'COMPETITOR'
  | 'COMPETITOR_PRODUCT'
  | 'STAFF_MEMBER'
  | 'TEAM'
  | 'PRODUCT';

export type ChangeKind = 'CREATED' | 'UPDATED' | 'DELETED' | 'MERGED' | 'RESTORED' | 'SNAPSHOT';

/** Conditions that must all hold. A stored cursor belongs to the filter that it was stored for. */
export type ChangeFilter = {
  /** `customer.updated`, or `customer.*`. */
  readonly subjects?: readonly string[];
  readonly entities?: readonly EntityKind[];
  readonly customerIds?: readonly string[];
  readonly ownerIds?: readonly string[];
  readonly changedFieldsAny?: readonly string[];
  readonly kinds?: readonly Exclude<ChangeKind, 'SNAPSHOT'>[];
};
