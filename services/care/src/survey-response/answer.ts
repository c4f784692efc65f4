import { choicesOf } from '../survey/question.ts';
import type { SurveyQuestion } from '../survey/survey.fields.ts';
import type { SurveyAnswer } from './survey-response.fields.ts';

export const textMax = 1000;

export type AnswerProblem = 'MISSING' | 'TOO_LONG';

export type Answered = {
  readonly answers: readonly SurveyAnswer[];
  /** By the code of the question. */
  readonly problems: ReadonlyMap<string, AnswerProblem>;
};

/** Reads what a form has sent. Of what no form of ours holds nothing is taken. */
export function readAnswers(questions: readonly SurveyQuestion[], form: URLSearchParams): Answered {
  const problems = new Map<string, AnswerProblem>();
  const answers = questions.flatMap((question): SurveyAnswer[] => {
    const answer = answerTo(question, form);
    const problem = problemOf(question, answer);
    if (problem !== null) problems.set(question.code, problem);
    return answer === null ? [] : [answer];
  });
  return { answers, problems };
}

function answerTo(question: SurveyQuestion, form: URLSearchParams): SurveyAnswer | null {
  const { code, kind } = question;
  const given = form.getAll(code);
  if (kind === 'TEXT') {
    const text = cleaned(given[0] ?? '');
    return text === '' ? null : { question: code, values: [], text };
  }
  const choices = choicesOf(question).filter((choice) => given.includes(choice));
  const values = kind === 'MULTI_CHOICE' ? choices : choices.slice(0, 1);
  return values.length === 0 ? null : { question: code, values, text: null };
}

/** Lines stay; no other control character does. */
const cleaned = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replaceAll(/(?!\n)\p{Cc}/gu, ' ')
    .trim();

function problemOf({ isRequired }: SurveyQuestion, answer: SurveyAnswer | null) {
  if (answer === null) return isRequired ? 'MISSING' : null;
  return Array.from(answer.text ?? '').length > textMax ? 'TOO_LONG' : null;
}

const valuesTo = (
  questions: readonly SurveyQuestion[],
  answers: readonly SurveyAnswer[],
  kind: SurveyQuestion['kind'],
): readonly (readonly [SurveyQuestion, number])[] =>
  questions
    .filter((question) => question.kind === kind)
    .flatMap((question) => {
      const value = answers.find((answer) => answer.question === question.code)?.values[0];
      return value === undefined ? [] : [[question, Number(value)] as const];
    });

/** The mean of all ratings, the worst being 0 and the best 100; null without any. */
export function scoreOf(
  questions: readonly SurveyQuestion[],
  answers: readonly SurveyAnswer[],
): string | null {
  const shares = valuesTo(questions, answers, 'RATING').map(
    ([{ scale }, value]) => (value - 1) / ((scale ?? 2) - 1),
  );
  if (shares.length === 0) return null;
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return (mean * 100).toFixed(2);
}

/** How willing somebody is to recommend us, from 0 to 10. */
export const npsOf = (
  questions: readonly SurveyQuestion[],
  answers: readonly SurveyAnswer[],
): number | null => valuesTo(questions, answers, 'NPS')[0]?.[1] ?? null;
