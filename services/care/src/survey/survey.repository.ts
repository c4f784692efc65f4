import { ruleViolation } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { findByIds } from '@crm/kit/record/store';
import type { EntityManager } from 'typeorm';
import { SurveyEntity } from './survey.fields.ts';

/** Nobody is asked what nobody can answer. That there is such a survey is checked elsewhere. */
export async function requirePublished(
  manager: EntityManager,
  surveyId: string | null,
): Promise<void> {
  if (surveyId === null || !isId(surveyId)) return;
  const [survey] = await findByIds(manager, SurveyEntity, { ids: [surveyId] });
  if (survey && survey.status !== 'PUBLISHED') {
    throw ruleViolation(
      `The survey ${survey.code} is ${survey.status === 'DRAFT' ? 'a draft: publish it first' : 'closed'}`,
    );
  }
}
