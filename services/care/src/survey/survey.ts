import { ruleViolation, type FieldProblem } from '@crm/kit/errors';
import type { Labels } from '@crm/kit/record/field';
import type { Survey, SurveyQuestion } from './survey.fields.ts';

const questionsMax = 30;
/** What people write is sent back in one form, which may hold 64 KiB. */
const textQuestionsMax = 5;
const optionsMax = 20;
const labelMax = 300;
const introductionMax = 2000;
const scales = { min: 2, max: 10, usual: 5 } as const;
const codePattern = /^[A-Za-z]\w{0,31}$/;
const surveyCodePattern = /^\w{1,64}$/;

export type QuestionInput = Pick<SurveyQuestion, 'code' | 'kind' | 'labels'> & {
  readonly isRequired?: boolean | null;
  readonly scale?: number | null;
  readonly options?: SurveyQuestion['options'] | null;
};

/** What a question leaves out is said to be as usual. */
export const wholeQuestion = ({
  isRequired,
  scale,
  options,
  ...question
}: QuestionInput): SurveyQuestion => ({
  ...question,
  isRequired: isRequired ?? true,
  scale: scale ?? (question.kind === 'RATING' ? scales.usual : null),
  options: options ?? [],
});

type Check = readonly [isBroken: boolean, path: string, message: string];

const problemsOf = (checks: readonly Check[]): FieldProblem[] =>
  checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));

/** What is wrong with a survey, as a draft too. */
export function surveyProblems(survey: Survey): FieldProblem[] {
  const { code, labels, introduction, opensOn, closesOn } = survey;
  const questions = survey.questions ?? [];
  const texts = questions.filter(({ kind }) => kind === 'TEXT');
  return problemsOf([
    [!surveyCodePattern.test(code), 'code', 'takes letters, digits and underscores, at most 64'],
    ...labelChecks('labels', labels),
    ...(introduction === null ? [] : labelChecks('introduction', introduction, introductionMax)),
    [opensOn !== null && closesOn !== null && closesOn < opensOn, 'closesOn', 'is before it opens'],
    [
      questions.length === 0 || questions.length > questionsMax,
      'questions',
      `must be 1 to ${questionsMax}`,
    ],
    [texts.length > textQuestionsMax, 'questions', `may have ${textQuestionsMax} of kind TEXT`],
    ...twice(questions).map((at): Check => [true, `questions.${at}.code`, 'is named twice']),
    ...questions.flatMap(questionChecks),
  ]);
}

const twice = (named: readonly { readonly code: string }[]): readonly number[] =>
  named.flatMap(({ code }, at) =>
    named.findIndex((other) => other.code === code) < at ? [at] : [],
  );

const labelChecks = (path: string, labels: Labels | null, max = labelMax): readonly Check[] =>
  (['zh', 'en'] as const).map((language): Check => {
    const label = labels?.[language] ?? '';
    const isBroken = label.trim() === '' || Array.from(label).length > max;
    return [isBroken, `${path}.${language}`, `must have 1 to ${max} characters`];
  });

function questionChecks(question: SurveyQuestion, at: number): readonly Check[] {
  const path = `questions.${at}`;
  return [
    [
      !codePattern.test(question.code),
      `${path}.code`,
      'must begin with a letter and takes letters, digits and underscores, at most 32',
    ],
    ...labelChecks(`${path}.labels`, question.labels),
    ...scaleChecks(question, `${path}.scale`),
    ...optionChecks(question, `${path}.options`),
  ];
}

function scaleChecks({ kind, scale }: SurveyQuestion, path: string): readonly Check[] {
  const isRating = kind === 'RATING';
  const isScale = scale !== null && scale >= scales.min && scale <= scales.max;
  return [
    [isRating && !isScale, path, `must be from ${scales.min} to ${scales.max}`],
    [!isRating && scale !== null, path, 'is of ratings alone'],
  ];
}

function optionChecks({ kind, options }: SurveyQuestion, path: string): readonly Check[] {
  const isChoice = kind === 'CHOICE' || kind === 'MULTI_CHOICE';
  const isFew = options.length < 2 || options.length > optionsMax;
  return [
    [isChoice && isFew, path, `must be 2 to ${optionsMax}`],
    [!isChoice && options.length > 0, path, 'are of choices alone'],
    ...twice(options).map((at): Check => [true, `${path}.${at}.code`, 'is named twice']),
    ...options.flatMap(({ code, labels }, at): readonly Check[] => [
      [!codePattern.test(code), `${path}.${at}.code`, 'is no code'],
      ...labelChecks(`${path}.${at}.labels`, labels),
    ]),
  ];
}

/** What may still change once people may have answered. */
const changeable: readonly string[] = ['closesOn', 'opensOn'];
const named: readonly string[] = ['code', ...changeable];

/** Answers are compared with each other, so the questions stay. */
export function requireUnlocked({ status, code }: Survey, given: readonly string[]): void {
  if (status === 'CLOSED') throw ruleViolation(`The survey ${code} is closed`);
  const locked = given.find((name) => !named.includes(name));
  if (status === 'PUBLISHED' && locked !== undefined) {
    throw ruleViolation(
      `The survey ${code} is published, and of it only ${changeable.join(' and ')} may change: save the questions under another code`,
    );
  }
}

export type Openness = 'CLOSED' | 'NOT_YET' | 'OPEN';

type Times = Pick<Survey, 'closesOn' | 'opensOn' | 'status'>;

/** Whether it may be answered on a day. */
export function opennessOf({ status, opensOn, closesOn }: Times, today: string): Openness {
  if (status === 'DRAFT') return 'NOT_YET';
  if (status === 'CLOSED' || (closesOn !== null && today > closesOn)) return 'CLOSED';
  return opensOn !== null && today < opensOn ? 'NOT_YET' : 'OPEN';
}
