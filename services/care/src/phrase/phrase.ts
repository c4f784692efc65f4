import type { FieldProblem } from '@crm/kit/errors';
import type { Language, MergeValues } from '../template/merge-field.ts';
import { fieldsOf, renderText, textProblems } from '../template/merge-text.ts';
import type { PhrasePreset } from './phrase.fields.ts';

const codePattern = /^\w{1,64}$/;

/** A phrase is said in a template, so it may name what a template may, but no phrase. */
export function phraseProblems({ code, text }: PhrasePreset): FieldProblem[] {
  const problems = textProblems(text, 'TEXT').map((message) => ({ path: 'text', message }));
  if (fieldsOf(text).some((name) => name.startsWith('phrase.'))) {
    problems.push({ path: 'text', message: 'must name no other phrase' });
  }
  if (!codePattern.test(code)) {
    const message = 'takes letters, digits and underscores, at most 64';
    problems.push({ path: 'code', message });
  }
  return problems;
}

type Chosen = { readonly occasionCode: string | null; readonly locale: Language };

/** The first phrase of an occasion in a language, or the first of none; phrases come in their order. */
function choosePhrase(
  phrases: readonly PhrasePreset[],
  kind: PhrasePreset['kind'],
  { occasionCode, locale }: Chosen,
): PhrasePreset | null {
  const fit = phrases.filter((each) => each.kind === kind && each.locale === locale && each.active);
  return (
    fit.find((each) => each.occasionCode === occasionCode) ??
    fit.find((each) => each.occasionCode === null) ??
    null
  );
}

/** The values with what is said for the occasion. */
export const withPhrases = (
  values: MergeValues,
  phrases: readonly PhrasePreset[],
  chosen: Chosen,
): MergeValues => ({
  ...values,
  'phrase.greeting': saidAs(choosePhrase(phrases, 'GREETING', chosen), values),
  'phrase.notice': saidAs(choosePhrase(phrases, 'NOTICE', chosen), values),
});

const saidAs = (phrase: PhrasePreset | null, values: MergeValues): string =>
  phrase === null ? '' : renderText(phrase.text, 'TEXT', values);
