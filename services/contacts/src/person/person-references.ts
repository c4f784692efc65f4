import { idToBytes } from '@crm/kit/id';
import type { References } from '@crm/kit/projection/moved-reference';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import { sql } from '@crm/kit/sql';
import { affiliationChanged } from '../affiliation/affiliation.events.ts';
import { AffiliationEntity } from '../affiliation/affiliation.fields.ts';
import { PromotionEntity } from '../affiliation/promotion.fields.ts';
import { ConsentEntity } from '../consent/consent.fields.ts';
import { decisionNodesMoved } from '../decision-map/decision-map.commands.ts';
import { DecisionNodeEntity } from '../decision-map/decision-map.fields.ts';
import { documentChanged } from '../document/document.events.ts';
import { DocumentEntity } from '../document/document.fields.ts';
import { DecisionRecordEntity } from '../decision/decision.fields.ts';
import { CareerRecordEntity, EducationRecordEntity } from '../history/history.fields.ts';
import { interactionAmended } from '../interaction/interaction.events.ts';
import { InteractionEntity, type Interaction } from '../interaction/interaction.fields.ts';
import { replaceParties } from '../interaction/interaction.repository.ts';
import { preferenceChanged } from '../preference/preference.events.ts';
import { ContactPreferenceEntity } from '../preference/preference.fields.ts';
import { relationshipsMoved } from '../relationship/relationship.commands.ts';
import { PersonRelationshipEntity } from '../relationship/relationship.fields.ts';
import { personSharesMoved } from '../sharing/sharing.events.ts';
import { PersonShareEntity } from '../sharing/sharing.fields.ts';
import { touchPlanChanged } from '../touch-plan/touch-plan.events.ts';
import { TouchPlanEntity } from '../touch-plan/touch-plan.fields.ts';

/** What others keep of them goes by the person, of whose merge they are told. */
const nobody = (): Promise<void> => Promise.resolve();

/** Its parties, by which it is found, go with it. */
async function interactionMoved(
  work: Work,
  changes: readonly Change<Interaction>[],
): Promise<void> {
  await replaceParties(
    work.manager,
    changes.map(({ after }) => after),
  );
  await interactionAmended(work, changes);
}

/**
 * The records that follow their person when it is merged, or a placeholder when it is identified, and
 * who is told. A field of the catalogue that holds such an id says `names: 'Person'`; a test holds
 * this list to the catalogue and to the tables, so that no kind of record is forgotten.
 */
export const personReferences: readonly References[] = [
  { entity: AffiliationEntity, tell: affiliationChanged },
  {
    entity: InteractionEntity,
    tell: interactionMoved,
    holding: (id) =>
      sql`SELECT interactionId AS id FROM interactionParty WHERE partyId = ${idToBytes(id)}`,
  },
  {
    entity: PersonShareEntity,
    tell: personSharesMoved,
    // A person is shared with somebody once: what the survivor's says goes on.
    only: (survivorId) => sql`NOT EXISTS (SELECT 1 FROM personShare own
      WHERE own.personId = ${idToBytes(survivorId)} AND own.granteeId = t.granteeId)`,
  },
  { entity: PromotionEntity, tell: nobody },
  { entity: DecisionRecordEntity, tell: nobody },
  { entity: EducationRecordEntity, tell: nobody },
  { entity: CareerRecordEntity, tell: nobody },
  { entity: ConsentEntity, tell: nobody },
  {
    entity: ContactPreferenceEntity,
    tell: preferenceChanged,
    // A person has one: the survivor's own goes on.
    only: (survivorId) => sql`NOT EXISTS (SELECT 1 FROM contactPreference own
      WHERE own.personId = ${idToBytes(survivorId)} AND own.deletedAt IS NULL)`,
  },
  { entity: TouchPlanEntity, tell: touchPlanChanged },
  { entity: DocumentEntity, tell: documentChanged },
  {
    entity: DecisionNodeEntity,
    tell: decisionNodesMoved,
    // A person is on a map once: the survivor's own place goes on.
    only: (survivorId) => sql`NOT EXISTS (SELECT 1 FROM decisionNode own
      WHERE own.mapId = t.mapId AND own.personId = ${idToBytes(survivorId)} AND own.id <> t.id
        AND own.deletedAt IS NULL)`,
  },
  {
    entity: PersonRelationshipEntity,
    tell: relationshipsMoved,
    // Nobody is related to himself: what tied the two stays with the one that is gone.
    only: (survivorId) => sql`t.fromId <> ${idToBytes(survivorId)}
      AND t.toId <> ${idToBytes(survivorId)}`,
  },
];

/** Columns that hold ids of people and are moved with the record they belong to, or say what was. */
export const keptPersonColumns: readonly string[] = [
  'personEdge.personId',
  'closeness.personId',
  'personKey.personId',
];
