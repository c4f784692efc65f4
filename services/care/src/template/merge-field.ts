import type { Labels } from '@crm/kit/record/field';

type Described = { readonly label: Labels; readonly example: Labels };

/** What templates may say of a person and an occasion. Nothing else is ever at hand when one is rendered. */
export const mergeFields = {
  'person.name': { label: { zh: '姓名', en: 'Name' }, example: { zh: '李雷', en: 'Mary Smith' } },
  'person.salutation': {
    label: { zh: '称呼', en: 'Salutation' },
    example: { zh: '李先生', en: 'Ms. Smith' },
  },
  'person.title': { label: { zh: '职务', en: 'Title' }, example: { zh: '总经理', en: 'Director' } },
  'customer.name': {
    label: { zh: '客户名称', en: 'Customer' },
    example: { zh: '恒泰机械有限公司', en: 'Acme Ltd.' },
  },
  'occasion.name': {
    label: { zh: '场合', en: 'Occasion' },
    example: { zh: '中秋节', en: 'Mid-Autumn Festival' },
  },
  'occasion.date': {
    label: { zh: '场合日期', en: 'Date of the occasion' },
    example: { zh: '2026年9月25日', en: '25 September 2026' },
  },
  'sender.name': {
    label: { zh: '发送人', en: 'Sender' },
    example: { zh: '王芳', en: 'Fang Wang' },
  },
  'company.name': {
    label: { zh: '本公司', en: 'Our company' },
    example: { zh: '关系科技', en: 'Guanxi' },
  },
  today: {
    label: { zh: '今天', en: 'Today' },
    example: { zh: '2026年9月25日', en: '25 September 2026' },
  },
  'phrase.greeting': {
    label: { zh: '祝福用语', en: 'Greeting' },
    example: { zh: '祝您阖家幸福', en: 'With our best wishes' },
  },
  'phrase.notice': {
    label: { zh: '通知用语', en: 'Notice' },
    example: { zh: '诚邀您参加', en: 'You are invited' },
  },
  'survey.url': {
    label: { zh: '问卷链接', en: 'Link to the survey' },
    example: { zh: 'https://example.com/survey', en: 'https://example.com/survey' },
  },
  'unsubscribe.url': {
    label: { zh: '退订链接', en: 'Unsubscribe link' },
    example: { zh: 'https://example.com/unsubscribe', en: 'https://example.com/unsubscribe' },
  },
} as const satisfies Readonly<Record<string, Described>>;

export type NamedMergeField = Described & { readonly name: string };

export type MergeField = keyof typeof mergeFields;

/** A text for each field; what is not known is empty, and a template says what stands there then. */
export type MergeValues = Readonly<Record<MergeField, string>>;

export type Language = 'EN' | 'ZH_CN';

export const inLanguage = (labels: Labels, locale: Language): string =>
  locale === 'EN' ? labels.en : labels.zh;

const isMergeField = (name: string): name is MergeField => Object.hasOwn(mergeFields, name);

export const mergeFieldNames: readonly MergeField[] = Object.keys(mergeFields).filter(isMergeField);

/** Fields whose value is an address: they alone may stand within a tag of HTML. */
export const urlFields: readonly string[] = [
  'survey.url',
  'unsubscribe.url',
] satisfies readonly MergeField[];

/** Values of somebody who is not. */
export const exampleValues = (locale: Language): MergeValues => ({
  ...emptyValues,
  ...Object.fromEntries(
    mergeFieldNames.map((name) => [name, inLanguage(mergeFields[name].example, locale)]),
  ),
});

export const emptyValues: MergeValues = {
  'person.name': '',
  'person.salutation': '',
  'person.title': '',
  'customer.name': '',
  'occasion.name': '',
  'occasion.date': '',
  'sender.name': '',
  'company.name': '',
  today: '',
  'phrase.greeting': '',
  'phrase.notice': '',
  'survey.url': '',
  'unsubscribe.url': '',
};
