import { invalid, notFound } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { companyDate, type Criteria } from '@crm/kit/record/criteria';
import { listPage, type Connection, type PageArgs } from '@crm/kit/record/page';
import { latestFirst } from '../activity/activity.queries.ts';
import type { CompetitorActivity } from '../activity/activity.fields.ts';
import {
  ProductComparisonEntity,
  type ProductComparison,
} from '../comparison/comparison.fields.ts';
import type { Context } from '../context.ts';
import { CompetitorDocumentEntity, type CompetitorDocument } from '../document/document.fields.ts';
import type { IntelligenceItem } from '../intelligence/intelligence.fields.ts';
import type { CompetitorProduct } from '../product/product.fields.ts';
import { WinLossReviewEntity, type WinLossReview } from '../review/review.fields.ts';
import type { BattleCard } from './battle-card.ts';

type CardArgs = { readonly competitorId: string; readonly productId?: string | null };
/** Of so many products literature is looked for. */
const productsMax = 100;

type FirstArgs = { readonly first?: number | null };

export async function battleCard(
  { loaders }: Context,
  { competitorId, productId = null }: CardArgs,
): Promise<BattleCard> {
  if (productId !== null && !isId(productId)) throw invalid('productId is no id');
  const competitor = await loaders.competitor.load(competitorId);
  if (!competitor) throw notFound('Competitor', competitorId);
  return { competitorId: competitor.id, productId };
}

/** The products of the competitor: those against ours, if the card is about one. */
export const productsOfCard = (
  { pages }: Context,
  { competitorId, productId }: BattleCard,
  { first }: FirstArgs,
): Promise<Connection<CompetitorProduct>> =>
  productId === null
    ? pages.productsOfCompetitor.load(competitorId, sized(first))
    : pages.rivalsOfProduct.load(productId, {
        ...sized(first),
        where: { competitorId: { eq: competitorId } },
      });

const sized = (first: number | null | undefined): PageArgs => ({ first: first ?? null });

export const comparisonsOfCard = (
  context: Context,
  { competitorId, productId }: BattleCard,
  { first }: FirstArgs,
): Promise<Connection<ProductComparison>> => {
  const ofCompetitor: Criteria = { competitorProduct: { competitorId: { eq: competitorId } } };
  const where =
    productId === null ? ofCompetitor : { ...ofCompetitor, productId: { eq: productId } };
  const orderBy = [{ field: 'verdict', direction: 'ASC' }] as const;
  return listPage(context, ProductComparisonEntity, { ...sized(first), where, orderBy });
};

export const activitiesOfCard = (
  { pages }: Context,
  { competitorId }: BattleCard,
  { first }: FirstArgs,
): Promise<Connection<CompetitorActivity>> =>
  pages.activitiesOfCompetitor.load(competitorId, latestFirst(sized(first)));

/** Only what still holds. */
export const intelligenceOfCard = (
  { app, pages }: Context,
  { competitorId }: BattleCard,
  { first }: FirstArgs,
): Promise<Connection<IntelligenceItem>> =>
  pages.intelligenceOfCompetitor.load(competitorId, {
    ...sized(first),
    where: {
      any: [{ validUntil: { isNull: true } }, { validUntil: { gte: companyDate(app.now()) } }],
    },
    orderBy: [{ field: 'observedOn', direction: 'DESC' }],
  });

/** Of the competitor, and of those of its products that stand on the card. */
export async function literatureOfCard(
  context: Context,
  card: BattleCard,
  { first }: FirstArgs,
): Promise<Connection<CompetitorDocument>> {
  const products = await productsOfCard(context, card, { first: productsMax });
  const productIds = products.nodes.map(({ id }) => id);
  return listPage(context, CompetitorDocumentEntity, {
    ...sized(first),
    where: {
      any: [
        { competitorId: { eq: card.competitorId } },
        ...(productIds.length > 0 ? [{ competitorProductId: { in: productIds } }] : []),
      ],
    },
  });
}

/** What we learnt where it won. */
export const lossesOfCard = (
  context: Context,
  { competitorId }: BattleCard,
  { first }: FirstArgs,
): Promise<Connection<WinLossReview>> =>
  listPage(context, WinLossReviewEntity, {
    ...sized(first),
    where: { winnerId: { eq: competitorId } },
    orderBy: [{ field: 'reviewedOn', direction: 'DESC' }],
  });
