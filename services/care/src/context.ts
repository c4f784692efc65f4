import type { App, RequestContext } from '@crm/kit/context';
import { entityLoader, type Loader } from '@crm/kit/record/loader';
import { childPages, type ChildPages } from '@crm/kit/record/page';
import type { RequestInfo } from '@crm/kit/request';
import { currentCustomerLoader } from '@crm/kit/projection/survivor';
import { AlertEntity, type Alert } from './alert/alert.fields.ts';
import { PhrasePresetEntity, type PhrasePreset } from './phrase/phrase.fields.ts';
import { OccasionEntity, type Occasion } from './occasion/occasion.fields.ts';
import { AlertRuleEntity, type AlertRule } from './rule/rule.fields.ts';
import { MessageTemplateEntity, type MessageTemplate } from './template/template.fields.ts';

/** What a resolver is given. Made anew for each request, so a loader never outlives one. */
export type Context = RequestContext & {
  readonly loaders: {
    readonly alert: Loader<Alert>;
    readonly alertRule: Loader<AlertRule>;
    readonly messageTemplate: Loader<MessageTemplate>;
    readonly phrasePreset: Loader<PhrasePreset>;
    readonly currentCustomer: Loader<string>;
    readonly occasion: Loader<Occasion>;
  };
  readonly pages: {
    readonly alertsOfCustomer: ChildPages<Alert>;
    readonly alertsOfStaff: ChildPages<Alert>;
  };
};

export function createContext(app: App, request: RequestInfo): Context {
  const context: RequestContext = { ...request, app };
  return {
    ...context,
    loaders: {
      alert: entityLoader(context, AlertEntity),
      alertRule: entityLoader(context, AlertRuleEntity),
      messageTemplate: entityLoader(context, MessageTemplateEntity),
      phrasePreset: entityLoader(context, PhrasePresetEntity),
      currentCustomer: currentCustomerLoader(context),
      occasion: entityLoader(context, OccasionEntity),
    },
    pages: {
      alertsOfCustomer: childPages(context, AlertEntity, 'customerId'),
      alertsOfStaff: childPages(context, AlertEntity, 'assigneeId'),
    },
  };
}
