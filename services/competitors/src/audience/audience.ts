type Concerned = { readonly customerId: string | null };

export type Audience = 'COMPANY' | 'CUSTOMER';

/** For whom a record is, by whom it concerns. */
export const audienceOf = ({ customerId }: Concerned): Audience =>
  customerId === null ? 'COMPANY' : 'CUSTOMER';
