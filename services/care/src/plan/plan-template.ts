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
type Template = Pick<MessageTemplate, 'body' | 'channel' | 'subject'>;

/** What keeps the texts of a plan, as they are in use, from being sent. */
export const templateProblems = (
  plan: Plan,
  inUse: ReadonlyMap<string, Template>,
): FieldProblem[] => [
  ...(plan.templates ?? []).flatMap(({ channel, templateId }, at) => {
    const message = problemOf(plan, channel, inUse.get(templateId));
    return message === null ? [] : [{ path: `templates.${at}.templateId`, message }];
  }),
  ...missing(plan).map((channel) => ({
    path: 'templates',
    message: `must have one for ${channel}, which is sent by itself`,
  })),
];

function problemOf(plan: Plan, channel: Channel, template: Template | undefined): string | null {
  if (!template) return 'is no template, or is not published';
  if (template.channel !== writtenFor[channel]) return `is not written for ${channel}`;
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
