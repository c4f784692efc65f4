import type { MessageTemplate } from '../template/template.fields.ts';
import { mergeFieldsOf } from '../template/template.ts';

type Text = Pick<MessageTemplate, 'body' | 'channel' | 'subject'>;

/** Whether whoever is addressed by a channel can follow a link. */
export const carriesLink = (channel: string): boolean => channel === 'EMAIL' || channel === 'SMS';

/** What is wrong with a text for what it is to send: a survey is answered by its link alone. */
export function surveyLinkProblem(surveyId: string | null, text: Text): string | null {
  if (!carriesLink(text.channel)) return null;
  const hasLink = mergeFieldsOf(text).includes('survey.url');
  if (surveyId !== null && !hasLink) return 'must hold {{ survey.url }}, the link to the survey';
  return surveyId === null && hasLink ? 'holds {{ survey.url }}, and no survey is sent' : null;
}
