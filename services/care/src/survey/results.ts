import type { Survey, SurveyQuestion } from './survey.fields.ts';
import { choicesOf } from './question.ts';

/** What is counted of the survey that was asked about. */
export type Counted = {
  readonly invited: number;
  readonly answered: number;
  readonly score: string | null;
  readonly nps: NpsCount;
  readonly values: readonly ValueCount[];
};

type NpsCount = {
  readonly answered: number;
  readonly promoters: number;
  readonly detractors: number;
};

export type ValueCount = {
  readonly question: string;
  /** Null for what was written. */
  readonly value: string | null;
  readonly count: number;
  /** In how many responses it is the first value of its question. */
  readonly first: number;
};

export const nothingCounted: Counted = {
  invited: 0,
  answered: 0,
  score: null,
  nps: { answered: 0, promoters: 0, detractors: 0 },
  values: [],
};

export type ValueShare = {
  readonly question: SurveyQuestion;
  readonly value: string;
  readonly count: number;
  readonly share: number;
};

export type QuestionResults = {
  readonly question: SurveyQuestion;
  readonly answered: number;
  readonly average: number | null;
  readonly nps: number | null;
  readonly values: readonly ValueShare[];
};

export type SurveyResults = Pick<Counted, 'answered' | 'invited' | 'score'> & {
  readonly answerRate: number | null;
  readonly nps: number | null;
  readonly questions: readonly QuestionResults[];
};

/** From so many answers on a distribution tells nothing of one person. */
const answersMin = 5;

/** What those see of a question who may not read single answers. */
export const withoutFew = (results: SurveyResults): SurveyResults => ({
  ...results,
  questions: results.questions.map((each) =>
    each.answered < answersMin ? { ...each, average: null, nps: null, values: [] } : each,
  ),
});

const promoterMin = 9;
const detractorMax = 6;

/** Promoters less detractors, of a hundred. */
const npsOf = ({ answered, promoters, detractors }: NpsCount): number | null =>
  answered === 0 ? null : Math.round(((promoters - detractors) / answered) * 100);

/** The figures of a survey, a question that nobody has answered among them. */
export function resultsOf(
  { questions }: Pick<Survey, 'questions'>,
  counted: Counted,
): SurveyResults {
  const { invited, answered, score, nps, values } = counted;
  return {
    invited,
    answered,
    score,
    answerRate: invited === 0 ? null : answered / invited,
    nps: npsOf(nps),
    questions: (questions ?? []).map((question) =>
      questionResults(
        question,
        values.filter((each) => each.question === question.code),
      ),
    ),
  };
}

function questionResults(question: SurveyQuestion, counts: readonly ValueCount[]): QuestionResults {
  const answered = counts.reduce((sum, { first }) => sum + first, 0);
  const isNumber = question.kind === 'NPS' || question.kind === 'RATING';
  const sum = counts.reduce((total, { value, count }) => total + Number(value) * count, 0);
  return {
    question,
    answered,
    average: isNumber && answered > 0 ? sum / answered : null,
    nps: question.kind === 'NPS' ? npsOf(npsCount(counts, answered)) : null,
    values: choicesOf(question).map((value) => {
      const count = counts.find((each) => each.value === value)?.count ?? 0;
      return { question, value, count, share: answered === 0 ? 0 : count / answered };
    }),
  };
}

function npsCount(counts: readonly ValueCount[], answered: number): NpsCount {
  const among = (isOne: (value: number) => boolean): number =>
    counts
      .filter(({ value }) => value !== null && isOne(Number(value)))
      .reduce((sum, { count }) => sum + count, 0);
  return {
    answered,
    promoters: among((value) => value >= promoterMin),
    detractors: among((value) => value <= detractorMax),
  };
}
