/** A competitor as other services' records name it. */
export type CompetitorKey = { readonly id: string };
