import type { Entity } from '@crm/kit/record/entity';
import { AffiliationEntity } from './affiliation/affiliation.fields.ts';
import { ConsentEntity } from './consent/consent.fields.ts';
import { DocumentEntity, DocumentRevisionEntity } from './document/document.fields.ts';
import { InteractionEntity } from './interaction/interaction.fields.ts';
import { PersonEntity } from './person/person.fields.ts';
import { DecisionMapEntity, DecisionNodeEntity } from './decision-map/decision-map.fields.ts';
import { PersonRelationshipEntity } from './relationship/relationship.fields.ts';
import { RelationshipTypeEntity } from './relationship/relationship-type.fields.ts';
import { ContactPreferenceEntity } from './preference/preference.fields.ts';
import { TouchPlanEntity } from './touch-plan/touch-plan.fields.ts';

/** Every kind of record that this service owns. */
export const entities: readonly Entity[] = [
  PersonEntity,
  AffiliationEntity,
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
