/** A person as other services' records name it. */
export type PersonKey = { readonly id: string };
