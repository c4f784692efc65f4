import type { TestResult } from '@crm/kit/testing/execute';
import type { TestCare } from './care.ts';

const both = (zh: string, en: string) => ({ zh, en });

/** A rating, how willing people are to recommend us, two kinds of choices and a text. */
export const questions = [
  { code: 'service', kind: 'RATING', labels: both('服务如何？', 'How was our service?') },
  { code: 'recommend', kind: 'NPS', labels: both('会推荐我们吗？', 'Would you recommend us?') },
  {
    code: 'product',
    kind: 'CHOICE',
    isRequired: false,
    labels: both('使用哪种产品？', 'Which product do you use?'),
    options: [
      { code: 'pump', labels: both('水泵', 'Pump') },
      { code: 'valve', labels: both('<阀门>', '<Valve>') },
    ],
  },
  {
    code: 'reasons',
    kind: 'MULTI_CHOICE',
    isRequired: false,
    labels: both('看重什么？', 'What matters to you?'),
    options: [
      { code: 'price', labels: both('价格', 'Price') },
      { code: 'quality', labels: both('质量', 'Quality') },
      { code: 'speed', labels: both('交期', 'Speed') },
    ],
  },
  { code: 'words', kind: 'TEXT', isRequired: false, labels: both('还有什么？', 'Anything else?') },
] as const;

export const SAVE_SURVEY =
  'mutation ($input: SaveSurveyInput!) { saveSurvey(input: $input) { id code status version } }';
export const PUBLISH_SURVEY =
  'mutation ($input: SurveyStepInput!) { publishSurvey(input: $input) { id status } }';

/** Makes a survey and has people answer it; gives its id. */
export async function addSurvey(care: TestCare, input: object): Promise<string> {
  const labels = both('满意度调查', 'Satisfaction');
  const saved: TestResult = await care.execute(SAVE_SURVEY, {
    input: { labels, questions, ...input },
  });
  if (saved.errors) throw new Error(JSON.stringify(saved.errors));
  const { id } = Object(saved.data?.['saveSurvey']);
  const { errors } = await care.execute(PUBLISH_SURVEY, { input: { id } });
  if (errors) throw new Error(JSON.stringify(errors));
  return String(id);
}
