/** All that somebody needs who meets a competitor, about one product of ours or about all. */
export type BattleCard = { readonly competitorId: string; readonly productId: string | null };
