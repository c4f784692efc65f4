import type { RequestContext } from '@crm/kit/context';
import { listPage, type Connection, type PageArgs } from '@crm/kit/record/page';
import {
  LifecycleSuggestionEntity,
  type LifecycleRule,
  type LifecycleStep,
  type LifecycleSuggestion,
} from './lifecycle.fields.ts';
import { findRules, findSteps } from './lifecycle.repository.ts';

export const allSteps = ({ app }: RequestContext): Promise<LifecycleStep[]> =>
  findSteps(app.db.manager);

export const allRules = ({ app }: RequestContext): Promise<LifecycleRule[]> =>
  findRules(app.db.manager);

/** What rules propose for customers that are there, the newest first. */
export const suggestionsPage = (
  context: RequestContext,
  { where, ...args }: PageArgs,
): Promise<Connection<LifecycleSuggestion>> =>
  listPage(context, LifecycleSuggestionEntity, {
    ...args,
    where: { all: [where ?? {}, { customer: {} }] },
  });
