import type { Labels } from '@crm/kit/record/field';
import { pageOf } from '../feedback/page.ts';
import { choicesOf } from '../survey/question.ts';
import type { Survey, SurveyQuestion } from '../survey/survey.fields.ts';
import { escapeHtml } from '../template/html-text.ts';
import { inLanguage, type Language } from '../template/merge-field.ts';
import { textMax, type AnswerProblem, type Answered } from './answer.ts';

const words = {
  send: { zh: '提交', en: 'Send' },
  optional: { zh: '选填', en: 'optional' },
  other: { zh: 'English', en: '中文' },
  MISSING: { zh: '请回答此问题', en: 'Please answer this question' },
  TOO_LONG: {
    zh: `最多${textMax}个字符`,
    en: `At most ${textMax} characters, please`,
  },
  least: { zh: '最低', en: 'lowest' },
  most: { zh: '最高', en: 'highest' },
  thanks: { zh: '谢谢您的答复', en: 'Thank you for your answers' },
  used: {
    zh: '您已答复过此问卷，谢谢',
    en: 'You have answered this survey already. Thank you!',
  },
  closed: { zh: '此问卷已结束', en: 'This survey is closed' },
  early: { zh: '此问卷尚未开始', en: 'This survey has not begun yet' },
  unknown: {
    zh: '链接无效，请使用消息中的链接',
    en: 'This link is not valid. Please use the one in the message',
  },
} as const satisfies Readonly<Record<string, Labels>>;

type Notice = 'closed' | 'early' | 'thanks' | 'unknown' | 'used';

/** A page that says one thing. */
export const noticePage = (notice: Notice, locale: Language): string =>
  pageOf({ locale, title: say(words[notice], locale), body: '' });

const say = (labels: Labels, locale: Language): string => escapeHtml(inLanguage(labels, locale));

type Form = {
  readonly survey: Pick<Survey, 'code' | 'introduction' | 'labels' | 'questions'>;
  readonly locale: Language;
  /** Where the same page is in the other language; null where it is only looked at. */
  readonly other: string | null;
  /** What was sent and could not be taken. */
  readonly given: Answered | null;
};

const nothingGiven: Answered = { answers: [], problems: new Map() };

/** The form of a survey, which sends itself to its own address. */
export function surveyPage({ survey, locale, other, given }: Form): string {
  const { code, labels, introduction, questions } = survey;
  const said = introduction === null ? '' : `<p class="text">${say(introduction, locale)}</p>`;
  const fields = (questions ?? []).map((question) =>
    field(question, { locale, given: given ?? nothingGiven }),
  );
  const send = other === null ? '' : `<button>${say(words.send, locale)}</button>`;
  const link =
    other === null ? '' : `<p><a href="${escapeHtml(other)}">${say(words.other, locale)}</a></p>`;
  return pageOf({
    locale,
    title: say(labels ?? { zh: code, en: code }, locale),
    body: `${said}<form method="post" accept-charset="utf-8">${fields.join('')}${send}</form>${link}`,
  });
}

type Shown = { readonly locale: Language; readonly given: Answered };

function field(question: SurveyQuestion, { locale, given }: Shown): string {
  const { code, labels, isRequired, kind } = question;
  const problem = given.problems.get(code);
  const optional = isRequired ? '' : ` <small>(${say(words.optional, locale)})</small>`;
  const legend = `<legend>${say(labels, locale)}${optional}</legend>`;
  const inner =
    kind === 'TEXT' ? textField(question, { locale, given }) : choices(question, { locale, given });
  return `<fieldset>${legend}${problem ? alert(problem, locale) : ''}${inner}</fieldset>`;
}

const alert = (problem: AnswerProblem, locale: Language): string =>
  `<p class="problem" role="alert">${say(words[problem], locale)}</p>`;

function textField({ code, labels, isRequired }: SurveyQuestion, { locale, given }: Shown): string {
  const text = given.answers.find(({ question }) => question === code)?.text ?? '';
  const required = isRequired ? ' required' : '';
  return `<textarea name="${escapeHtml(code)}" rows="4" maxlength="${textMax}" aria-label="${say(labels, locale)}"${required}>\n${escapeHtml(text)}</textarea>`;
}

function choices(question: SurveyQuestion, { locale, given }: Shown): string {
  const { code, kind, isRequired } = question;
  const chosen = given.answers.find((answer) => answer.question === code)?.values ?? [];
  const type = kind === 'MULTI_CHOICE' ? 'checkbox' : 'radio';
  const required = isRequired && type === 'radio' ? ' required' : '';
  const isNumber = kind === 'NPS' || kind === 'RATING';
  const inputs = choicesOf(question).map((value) => {
    const checked = chosen.includes(value) ? ' checked' : '';
    const label = isNumber ? value : say(labelOf(question, value), locale);
    return `<label><input type="${type}" name="${escapeHtml(code)}" value="${escapeHtml(value)}"${required}${checked}> ${label}</label>`;
  });
  return isNumber
    ? `<div class="scale"><small>${say(words.least, locale)}</small>${inputs.join('')}<small>${say(words.most, locale)}</small></div>`
    : inputs.join('');
}

const labelOf = ({ options }: SurveyQuestion, value: string): Labels =>
  options.find(({ code }) => code === value)?.labels ?? { zh: value, en: value };
