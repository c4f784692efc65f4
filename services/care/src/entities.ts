import type { Entity } from '@crm/kit/record/entity';
import { AlertEntity } from './alert/alert.fields.ts';
import { DeliveryEntity } from './delivery/delivery.fields.ts';
import { PhrasePresetEntity } from './phrase/phrase.fields.ts';
import { AlertRuleEntity } from './rule/rule.fields.ts';
import { SuppressedAddressEntity } from './suppressed-address/suppressed-address.fields.ts';
import { MessageTemplateEntity } from './template/template.fields.ts';
import { CalendarFeedEntity } from './calendar-feed/calendar-feed.fields.ts';
import { CampaignEntity } from './campaign/campaign.fields.ts';
import { CarePlanEntity } from './plan/plan.fields.ts';
import { CareTaskEntity } from './task/task.fields.ts';
import { SurveyEntity } from './survey/survey.fields.ts';
import { SurveyResponseEntity } from './survey-response/survey-response.fields.ts';
import { OccasionEntity } from './occasion/occasion.fields.ts';
import { FatiguePolicyEntity } from './suppression/policy.fields.ts';

/** Every kind of record that this service owns. */
export const entities: readonly Entity[] = [
  AlertRuleEntity,
  AlertEntity,
  MessageTemplateEntity,
  PhrasePresetEntity,
  OccasionEntity,
  CarePlanEntity,
  CampaignEntity,
  CareTaskEntity,
  FatiguePolicyEntity,
  DeliveryEntity,
  SuppressedAddressEntity,
  SurveyEntity,
  SurveyResponseEntity,
  CalendarFeedEntity,
];
