import type { Entity } from '@crm/kit/record/entity';
import { CompetitorEntity } from './competitor/competitor.fields.ts';
import { OpportunityCompetitorEntity } from './opportunity-competitor/opportunity-competitor.fields.ts';
import { CompetitorProductEntity } from './product/product.fields.ts';

/** Every kind of record that this service owns. */
export const entities: readonly Entity[] = [
  CompetitorEntity,
  CompetitorProductEntity,
  OpportunityCompetitorEntity,
];

/** Those that administrators may define fields for. */
export const customisable: readonly Entity[] = [
  CompetitorEntity,
  CompetitorProductEntity,
  OpportunityCompetitorEntity,
];
