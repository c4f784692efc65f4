/** A customer as other services' records name it. */
export type CustomerKey = { readonly id: string };
