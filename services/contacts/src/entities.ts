import type { Entity } from '@crm/kit/record/entity';
import { AffiliationEntity } from './affiliation/affiliation.fields.ts';
import { PromotionEntity } from './affiliation/promotion.fields.ts';
import { ConsentEntity } from './consent/consent.fields.ts';
import { DocumentEntity, DocumentRevisionEntity } from './document/document.fields.ts';
import { DecisionRecordEntity } from './decision/decision.fields.ts';
import { CareerRecordEntity, EducationRecordEntity } from './history/history.fields.ts';
import { InteractionEntity } from './interaction/interaction.fields.ts';
import { PersonMergeEntity } from './merge/merge.fields.ts';
import { PersonEntity } from './person/person.fields.ts';
import { DecisionMapEntity, DecisionNodeEntity } from './decision-map/decision-map.fields.ts';
import { PersonRelationshipEntity } from './relationship/relationship.fields.ts';
import { RelationshipTypeEntity } from './relationship/relationship-type.fields.ts';
import { ContactPreferenceEntity } from './preference/preference.fields.ts';
import { PersonShareEntity } from './sharing/sharing.fields.ts';
import { TouchPlanEntity } from './touch-plan/touch-plan.fields.ts';

/** Every kind of record that this service owns. */
export const entities: readonly Entity[] = [
  PersonEntity,
  EducationRecordEntity,
  CareerRecordEntity,
  PersonMergeEntity,
  PersonShareEntity,
  AffiliationEntity,
  PromotionEntity,
  DecisionRecordEntity,
  InteractionEntity,
  PersonRelationshipEntity,
  RelationshipTypeEntity,
  DecisionMapEntity,
  DecisionNodeEntity,
  TouchPlanEntity,
  ContactPreferenceEntity,
  ConsentEntity,
  DocumentEntity,
  DocumentRevisionEntity,
];

/** Those that administrators may define fields for. */
export const customisable: readonly Entity[] = [PersonEntity, InteractionEntity];
