import { describe, expect, test } from '@jest/globals';
import type { SurveyQuestion } from '../survey/survey.fields.ts';
import { questions as given } from '../testing/surveys.ts';
import { wholeQuestion } from '../survey/survey.ts';
import { npsOf, readAnswers, scoreOf } from './answer.ts';

const questions: readonly SurveyQuestion[] = given.map(wholeQuestion);

const read = (form: string) => readAnswers(questions, new URLSearchParams(form));

describe('the answers of a form', () => {
  test('are values of their questions, and a text', () => {
    const { answers, problems } = read(
      'service=4&recommend=10&product=valve&reasons=speed&reasons=price&words=%E5%BE%88%E5%A5%BD%F0%A0%AE%B7',
    );
    expect([...problems]).toEqual([]);
    expect(answers).toEqual([
      { question: 'service', values: ['4'], text: null },
      { question: 'recommend', values: ['10'], text: null },
      { question: 'product', values: ['valve'], text: null },
      { question: 'reasons', values: ['price', 'speed'], text: null },
      { question: 'words', values: [], text: '很好𠮷' },
    ]);
    expect([scoreOf(questions, answers), npsOf(questions, answers)]).toEqual(['75.00', 10]);
  });

  test.each([
    ['nothing', '', ['service', 'recommend']],
    [
      'values that no question has',
      'service=6&recommend=11&product=x&other=1',
      ['service', 'recommend'],
    ],
    ['a number in other words', 'service=04&recommend=1e1', ['service', 'recommend']],
  ])('of %s are missing where they are needed', (_, form, missing) => {
    const { answers, problems } = read(form);
    expect(answers).toEqual([]);
    expect([...problems]).toEqual(missing.map((code) => [code, 'MISSING']));
  });

  test('count once where one may be chosen', () => {
    const { answers } = read('service=1&service=5&recommend=0');
    expect(answers[0]).toEqual({ question: 'service', values: ['1'], text: null });
    expect([scoreOf(questions, answers), npsOf(questions, answers)]).toEqual(['0.00', 0]);
  });

  test('hold no control characters and at most a thousand others', () => {
    const { answers, problems } = read(`service=1&recommend=0&words=a%00b%0D%0Ac`);
    expect(answers.at(-1)?.text).toBe('a b\nc');
    expect(problems.size).toBe(0);
    expect([...read(`service=1&recommend=0&words=${'x'.repeat(1001)}`).problems]).toEqual([
      ['words', 'TOO_LONG'],
    ]);
  });
});
