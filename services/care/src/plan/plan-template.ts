import type { FieldProblem } from '@crm/kit/errors';
import type { Channel } from '../person/contact-point.ts';
import { isSent } from '../task/task.ts';
import { surveyLinkProblem } from '../survey/survey-link-problem.ts';
import type { MessageTemplate } from '../template/template.fields.ts';
import type { CarePlan } from './plan.fields.ts';

/** What a template is written for, by the channel through which care is given. */
const writtenFor: Readonly<Record<Channel, MessageTemplate['channel'] | null>> = {
  PHONE: 'CALL_SCRIPT',
  SMS: 'SMS',
  EMAIL: 'EMAIL',
  IM: null,
  LETTER: 'LETTER',
  VISIT: 'VISIT_BRIEF',
};

type Plan = Pick<CarePlan, 'channels' | 'mode' | 'surveyId' | 'templates'>;
type Template = Pick<MessageTemplate, 'body' | 'channel' | 'id' | 'status' | 'subject'>;

/** What keeps the texts of a plan from being sent. */
export const templateProblems = (plan: Plan, found: readonly Template[]): FieldProblem[] => [
  ...(plan.templates ?? []).flatMap(({ channel, templateId }, at) => {
    const template = found.find(({ id }) => id === templateId);
    const message = problemOf(plan, channel, template);
    return message === null ? [] : [{ path: `templates.${at}.templateId`, message }];
  }),
  ...missing(plan).map((channel) => ({
    path: 'templates',
    message: `must have one for ${channel}, which is sent by itself`,
  })),
];

function problemOf(plan: Plan, channel: Channel, template: Template | undefined): string | null {
  if (!template) return 'is no template';
  if (template.channel !== writtenFor[channel]) return `is not written for ${channel}`;
  if (template.status !== 'PUBLISHED') return 'is not published';
  return surveyLinkProblem(plan.surveyId, template);
}

const missing = ({ channels, templates, mode }: Plan): readonly string[] =>
  mode === 'MANUAL'
    ? []
    : channels.filter(
        (name) =>
          (name === 'EMAIL' || name === 'SMS') &&
          isSent(name) &&
          !templates?.some(({ channel }) => channel === name),
      );
