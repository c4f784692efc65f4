import type { References } from '@crm/kit/projection/moved-reference';
import { affiliationChanged } from './affiliation/affiliation.events.ts';
import { AffiliationEntity } from './affiliation/affiliation.fields.ts';
import { documentChanged } from './document/document.events.ts';
import { DocumentEntity } from './document/document.fields.ts';
import { decisionMapsMoved } from './decision-map/decision-map.events.ts';
import { DecisionMapEntity, DecisionNodeEntity } from './decision-map/decision-map.fields.ts';
import { PromotionEntity } from './affiliation/promotion.fields.ts';
import { DecisionRecordEntity } from './decision/decision.fields.ts';
import { interactionAmended } from './interaction/interaction.events.ts';
import { InteractionEntity } from './interaction/interaction.fields.ts';
import { touchPlanChanged } from './touch-plan/touch-plan.events.ts';
import { TouchPlanEntity } from './touch-plan/touch-plan.fields.ts';

const nobody = (): Promise<void> => Promise.resolve();

/** The records that follow their customer when it is merged, and who is told. */
export const references: readonly References[] = [
  { entity: AffiliationEntity, tell: affiliationChanged },
  { entity: DecisionMapEntity, tell: decisionMapsMoved },
  { entity: DecisionNodeEntity, tell: nobody },
  { entity: InteractionEntity, tell: interactionAmended },
  { entity: PromotionEntity, tell: nobody },
  { entity: DecisionRecordEntity, tell: nobody },
  { entity: TouchPlanEntity, tell: touchPlanChanged },
  { entity: DocumentEntity, tell: documentChanged },
];
