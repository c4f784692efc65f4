import { ruleViolation, type FieldProblem } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { channels } from '../person/contact-point.ts';
import { carriesLink } from '../survey/survey-link-problem.ts';
import type { Audience, CarePlan, ChannelTemplate } from './plan.fields.ts';
import type { PlanOccasion } from './plan-occasion.ts';

const idsMax = 5000;
const criteriaLengthMax = 16_384;
const leadDaysMax = 60;
const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d$/;

type Check = readonly [isBroken: boolean, path: string, message: string];

/** What is wrong with a plan beside its criteria, which are checked by compiling them. */
export function planProblems(plan: CarePlan, occasion: PlanOccasion | null): FieldProblem[] {
  const { leadDays, validFrom, validTo, target } = plan;
  const isFamily = occasion?.kind === 'FAMILY';
  const checks: readonly Check[] = [
    [plan.name.trim() === '', 'name', 'must not be empty'],
    [occasion === null, 'occasionId', 'is no occasion'],
    [
      occasion !== null && isFamily !== (target === 'FAMILY_MEMBER'),
      'target',
      isFamily ? 'must be FAMILY_MEMBER for this occasion' : 'is for occasions of families',
    ],
    [
      leadDays !== null && (leadDays < 0 || leadDays > leadDaysMax),
      'leadDays',
      `must be from 0 to ${leadDaysMax}`,
    ],
    [
      validFrom !== null && validTo !== null && validTo < validFrom,
      'validTo',
      'is before it begins',
    ],
    ...windowChecks(plan),
    ...channelChecks(plan),
    ...audienceChecks(plan.audience),
    ...budgetChecks(plan),
  ];
  return checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));
}

const budgetChecks = ({ budget }: CarePlan): readonly Check[] => [
  [Number(budget?.amount ?? 0) < 0, 'budget.amount', 'must not be negative'],
];

function windowChecks({ sendWindow }: CarePlan): readonly Check[] {
  const from = sendWindow?.from ?? '09:00';
  const to = sendWindow?.to ?? '18:00';
  const isTime = timeOfDay.test(from) && timeOfDay.test(to);
  return [
    [!timeOfDay.test(from), 'sendWindow.from', 'is no time of day such as 09:00'],
    [!timeOfDay.test(to), 'sendWindow.to', 'is no time of day such as 18:00'],
    [isTime && to <= from, 'sendWindow.to', 'must be after it begins'],
  ];
}

function channelChecks({ channels: given, templates, surveyId }: CarePlan): readonly Check[] {
  const names = Object.keys(channels);
  const templated = (templates ?? []).map(({ channel }: ChannelTemplate) => channel);
  return [
    [given.length === 0, 'channels', 'must name one at least'],
    [!given.every((name) => names.includes(name)), 'channels', `takes ${names.join(', ')}`],
    [
      surveyId !== null && !given.every(carriesLink),
      'channels',
      'must be EMAIL and SMS alone for a survey, which is answered by its link',
    ],
    [new Set(templated).size < templated.length, 'templates', 'must name each channel once'],
    [
      !(templates ?? []).every(({ templateId }) => isId(templateId)),
      'templates',
      'must name texts by their ids',
    ],
    [
      !templated.every((channel) => given.includes(channel)),
      'templates',
      'is for channels of the plan',
    ],
  ];
}

const lists = ['segmentIds', 'customerIds', 'personIds'] as const;

export type GivenAudience = {
  readonly [List in (typeof lists)[number]]?: readonly string[] | null;
};

/** A list without anybody is more likely a mistake than a wish to address everybody. */
export const emptyListProblems = (given: GivenAudience | null): FieldProblem[] =>
  lists
    .filter((list) => given?.[list]?.length === 0)
    .map((list) => ({
      path: `audience.${list}`,
      message: 'names nobody: leave it out to mean everybody',
    }));

function audienceChecks(audience: Audience | null): readonly Check[] {
  if (audience === null) return [];
  const trees = ['customers', 'people'] as const;
  return [
    ...lists.map((list): Check => [
      audience[list].length > idsMax,
      `audience.${list}`,
      `may name ${idsMax}`,
    ]),
    ...lists.map((list): Check => [
      !audience[list].every(isId),
      `audience.${list}`,
      'must hold ids alone',
    ]),
    ...trees.map((tree): Check => [
      !isTree(audience[tree]),
      `audience.${tree}`,
      `must be an object of ${criteriaLengthMax} characters at most`,
    ]),
  ];
}

const isTree = (value: unknown): boolean =>
  value === null ||
  (typeof value === 'object' &&
    !Array.isArray(value) &&
    JSON.stringify(value).length <= criteriaLengthMax);

type Status = CarePlan['status'];

/** Refuses what a plan in this state can't become. */
export function requireStatus(
  { kind, status }: CarePlan,
  allowed: readonly Status[],
  deed: string,
): void {
  if (allowed.includes(status)) return;
  const word = status.toLowerCase().replaceAll('_', ' ');
  const what = kind === 'CARE' ? 'plan' : 'campaign';
  throw ruleViolation(`The ${what} is ${word} and can't be ${deed}`);
}
