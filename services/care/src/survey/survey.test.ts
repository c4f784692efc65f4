import { describe, expect, test } from '@jest/globals';
import { questions } from '../testing/surveys.ts';
import { nothingCounted, resultsOf } from './results.ts';
import { opennessOf, wholeQuestion } from './survey.ts';

describe('a survey', () => {
  const published = { status: 'PUBLISHED', opensOn: '2026-12-01', closesOn: '2026-12-31' } as const;

  test.each([
    ['2026-11-30', published, 'NOT_YET'],
    ['2026-12-01', published, 'OPEN'],
    ['2026-12-31', published, 'OPEN'],
    ['2027-01-01', published, 'CLOSED'],
    ['2026-12-15', { ...published, status: 'CLOSED' as const }, 'CLOSED'],
    ['2026-12-15', { ...published, status: 'DRAFT' as const }, 'NOT_YET'],
    ['2026-12-15', { status: 'PUBLISHED' as const, opensOn: null, closesOn: null }, 'OPEN'],
  ])('on %s, being %j, is %s', (day, survey, openness) => {
    expect(opennessOf(survey, day)).toBe(openness);
  });
});

test('results are of each question and value, those that nobody has chosen too', () => {
  const results = resultsOf(
    { questions: questions.map(wholeQuestion) },
    {
      ...nothingCounted,
      invited: 8,
      answered: 4,
      score: '62.50',
      nps: { answered: 4, promoters: 2, detractors: 1 },
      values: [
        { question: 'service', value: '4', count: 3, first: 3 },
        { question: 'service', value: '2', count: 1, first: 1 },
        { question: 'recommend', value: '10', count: 2, first: 2 },
        { question: 'recommend', value: '8', count: 1, first: 1 },
        { question: 'recommend', value: '3', count: 1, first: 1 },
        { question: 'reasons', value: 'price', count: 2, first: 2 },
        { question: 'reasons', value: 'speed', count: 2, first: 1 },
        { question: 'words', value: null, count: 1, first: 1 },
      ],
    },
  );
  expect(results).toMatchObject({ answerRate: 0.5, nps: 25, score: '62.50' });
  const [service, recommend, product, reasons, words] = results.questions;
  expect(service).toMatchObject({ answered: 4, average: 3.5, nps: null });
  expect(service?.values.map(({ count }) => count)).toEqual([0, 1, 0, 3, 0]);
  expect(recommend).toMatchObject({ average: 7.75, nps: 25 });
  expect(product).toMatchObject({ answered: 0, average: null });
  expect(reasons?.values).toMatchObject([
    { value: 'price', count: 2, share: 2 / 3 },
    { value: 'quality', count: 0, share: 0 },
    { value: 'speed', count: 2, share: 2 / 3 },
  ]);
  expect(words).toMatchObject({ answered: 1, average: null, values: [] });
});
