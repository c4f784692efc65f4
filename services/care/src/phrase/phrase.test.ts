import { describe, expect, test } from '@jest/globals';
import { emptyValues } from '../template/merge-field.ts';
import type { PhrasePreset } from './phrase.fields.ts';
import { phraseProblems, withPhrases } from './phrase.ts';

const stamps = {
  id: '019dcf0a-0000-7000-8000-000000000101',
  version: 1,
  createdAt: new Date(0),
  createdById: null,
  updatedAt: new Date(0),
  updatedById: null,
  deletedAt: null,
  customFields: null,
};
const phrase = (change: Partial<PhrasePreset>): PhrasePreset => ({
  ...stamps,
  code: 'birthday',
  kind: 'GREETING',
  occasionCode: 'birthday',
  locale: 'ZH_CN',
  tone: 'WARM',
  text: '{{ person.name }}生日快乐',
  sortOrder: 0,
  active: true,
  ...change,
});

const said = (phrases: readonly PhrasePreset[], occasionCode: string | null): string =>
  withPhrases({ ...emptyValues, 'person.name': '李雷' }, phrases, {
    occasionCode,
    locale: 'ZH_CN',
  })['phrase.greeting'];

describe('the phrase that is said', () => {
  const all = [phrase({ occasionCode: null, text: '祝好' }), phrase({}), phrase({ text: '乐' })];

  test('is the first of the occasion', () => {
    expect(said(all, 'birthday')).toBe('李雷生日快乐');
  });
  test('is that of every occasion where it has none', () => {
    expect(said(all, 'spring_festival')).toBe('祝好');
    expect(said(all, null)).toBe('祝好');
  });
  test('is of the language, and active', () => {
    expect(said([phrase({ locale: 'EN' }), phrase({ active: false })], 'birthday')).toBe('');
  });
});

describe('a phrase is refused', () => {
  test.each([
    ['text', { text: '{{ person.salary }}' }],
    ['text', { text: '{{ phrase.greeting }}' }],
    ['code', { code: 'no spaces' }],
  ])('for a bad %s', (path, change) => {
    expect(phraseProblems(phrase(change))).toMatchObject([{ path }]);
  });
});
