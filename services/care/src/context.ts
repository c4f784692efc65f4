import type { App, RequestContext } from '@crm/kit/context';
import { entityLoader, loaderBy, type Loader } from '@crm/kit/record/loader';
import { childPages, type ChildPages } from '@crm/kit/record/page';
import type { RequestInfo } from '@crm/kit/request';
import { currentCustomerLoader } from '@crm/kit/projection/survivor';
import { AlertEntity, type Alert } from './alert/alert.fields.ts';
import { countCampaigns } from './campaign/campaign-results.repository.ts';
import type { CampaignCount } from './campaign/campaign-results.ts';
import { findResponsesOfTasks } from './survey-response/survey-response.repository.ts';
import { CalendarFeedEntity, type CalendarFeed } from './calendar-feed/calendar-feed.fields.ts';
import { DeliveryEntity, type Delivery } from './delivery/delivery.fields.ts';
import { currentPersonLoader } from './person/person.loader.ts';
import { PhrasePresetEntity, type PhrasePreset } from './phrase/phrase.fields.ts';
import { CarePlanEntity, type CarePlan } from './plan/plan.fields.ts';
import { problemsOfPlans } from './planner/sweep.repository.ts';
import { CareTaskEntity, type CareTask } from './task/task.fields.ts';
import { OccasionEntity, type Occasion } from './occasion/occasion.fields.ts';
import { findActiveOccasions, findLives } from './occasion/upcoming.repository.ts';
import type { Life } from './occasion/upcoming.ts';
import { plansForCustomers } from './plan/customer-plans.repository.ts';
import { AlertRuleEntity, type AlertRule } from './rule/rule.fields.ts';
import {
  SuppressedAddressEntity,
  type SuppressedAddress,
} from './suppressed-address/suppressed-address.fields.ts';
import { countResults } from './survey/results.repository.ts';
import type { Counted } from './survey/results.ts';
import { SurveyEntity, type Survey } from './survey/survey.fields.ts';
import {
  SurveyResponseEntity,
  type SurveyResponse,
} from './survey-response/survey-response.fields.ts';
import { MessageTemplateEntity, type MessageTemplate } from './template/template.fields.ts';

/** What a resolver is given. Made anew for each request, so a loader never outlives one. */
export type Context = RequestContext & {
  readonly companyName: string;
  /** Where people reach the gateway. */
  readonly publicUrl: string;
  /** Signs the addresses of printed letters. */
  readonly letterKey: string;
  readonly loaders: {
    readonly alert: Loader<Alert>;
    readonly alertRule: Loader<AlertRule>;
    readonly messageTemplate: Loader<MessageTemplate>;
    readonly phrasePreset: Loader<PhrasePreset>;
    readonly currentCustomer: Loader<string>;
    readonly carePlan: Loader<CarePlan>;
    readonly careTask: Loader<CareTask>;
    readonly planProblem: Loader<string>;
    readonly occasion: Loader<Occasion>;
    readonly activeOccasions: Loader<readonly Occasion[]>;
    readonly life: Loader<Life>;
    readonly plansOfCustomer: Loader<readonly string[]>;
    readonly currentPerson: Loader<string>;
    readonly delivery: Loader<Delivery>;
    readonly suppressedAddress: Loader<SuppressedAddress>;
    readonly calendarFeed: Loader<CalendarFeed>;
    readonly survey: Loader<Survey>;
    readonly surveyCount: Loader<Counted>;
    readonly surveyResponse: Loader<SurveyResponse>;
    readonly responseOfTask: Loader<SurveyResponse>;
    readonly campaignCount: Loader<CampaignCount>;
  };
  readonly pages: {
    readonly alertsOfCustomer: ChildPages<Alert>;
    readonly alertsOfStaff: ChildPages<Alert>;
    readonly deliveriesOfCustomer: ChildPages<Delivery>;
    readonly deliveriesOfPerson: ChildPages<Delivery>;
    readonly deliveriesOfTask: ChildPages<Delivery>;
    readonly careTasksOfCustomer: ChildPages<CareTask>;
    readonly careTasksOfPerson: ChildPages<CareTask>;
    readonly careTasksOfPlan: ChildPages<CareTask>;
    readonly careTasksOfStaff: ChildPages<CareTask>;
    readonly responsesOfCustomer: ChildPages<SurveyResponse>;
    readonly responsesOfPerson: ChildPages<SurveyResponse>;
    readonly responsesOfSurvey: ChildPages<SurveyResponse>;
  };
};

type CareApp = App & Partial<Pick<Context, 'companyName' | 'letterKey' | 'publicUrl'>>;

export function createContext(app: CareApp, request: RequestInfo): Context {
  const context: RequestContext = { ...request, app };
  return {
    ...context,
    companyName: app.companyName ?? '',
    publicUrl: app.publicUrl ?? '',
    letterKey: app.letterKey ?? '',
    loaders: {
      alert: entityLoader(context, AlertEntity),
      alertRule: entityLoader(context, AlertRuleEntity),
      messageTemplate: entityLoader(context, MessageTemplateEntity),
      phrasePreset: entityLoader(context, PhrasePresetEntity),
      currentCustomer: currentCustomerLoader(context),
      carePlan: entityLoader(context, CarePlanEntity),
      careTask: entityLoader(context, CareTaskEntity),
      planProblem: loaderBy((ids) => problemsOfPlans(app.db, ids)),
      occasion: entityLoader(context, OccasionEntity),
      activeOccasions: loaderBy(async () => {
        const occasions = await findActiveOccasions(app.db.manager);
        return new Map([['active', occasions]]);
      }),
      life: loaderBy((ids) => findLives(context, ids)),
      plansOfCustomer: loaderBy((ids) => plansForCustomers(app.db.manager, ids)),
      currentPerson: currentPersonLoader(context),
      delivery: entityLoader(context, DeliveryEntity),
      suppressedAddress: entityLoader(context, SuppressedAddressEntity),
      calendarFeed: entityLoader(context, CalendarFeedEntity),
      survey: entityLoader(context, SurveyEntity),
      surveyCount: loaderBy((ids) => countResults(context, ids)),
      surveyResponse: entityLoader(context, SurveyResponseEntity),
      responseOfTask: loaderBy((ids) => findResponsesOfTasks(context, ids)),
      campaignCount: loaderBy((ids) => countCampaigns(context, ids)),
    },
    pages: {
      alertsOfCustomer: childPages(context, AlertEntity, 'customerId'),
      alertsOfStaff: childPages(context, AlertEntity, 'assigneeId'),
      deliveriesOfCustomer: childPages(context, DeliveryEntity, 'customerId'),
      deliveriesOfPerson: childPages(context, DeliveryEntity, 'personId'),
      deliveriesOfTask: childPages(context, DeliveryEntity, 'taskId'),
      careTasksOfCustomer: childPages(context, CareTaskEntity, 'customerId'),
      careTasksOfPerson: childPages(context, CareTaskEntity, 'personId'),
      careTasksOfPlan: childPages(context, CareTaskEntity, 'planId'),
      careTasksOfStaff: childPages(context, CareTaskEntity, 'assigneeId'),
      responsesOfCustomer: childPages(context, SurveyResponseEntity, 'customerId'),
      responsesOfPerson: childPages(context, SurveyResponseEntity, 'personId'),
      responsesOfSurvey: childPages(context, SurveyResponseEntity, 'surveyId'),
    },
  };
}
