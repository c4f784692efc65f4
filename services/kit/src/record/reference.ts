/** A record of another service, as this one knows it: the gateway asks its owner for the rest. */
export type Reference = { readonly id: string };

export const referenceTo = (id: string | null): Reference | null => (id === null ? null : { id });
