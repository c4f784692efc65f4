import { choice, list, text } from '@crm/kit/record/field';

const sensitive = { class: 'SENSITIVE' } as const;

/** What a salesperson has come to know of somebody: all of it sensitive. */
export const profileFields = {
  personality: choice(
    {
      GENTLE: { zh: '温柔', en: 'Gentle' },
      OUTGOING: { zh: '开朗', en: 'Outgoing' },
      ECCENTRIC: { zh: '古怪', en: 'Eccentric' },
      ARROGANT: { zh: '自大', en: 'Arrogant' },
    },
    { label: { zh: '性格', en: 'Personality' }, ...sensitive },
  ),
  temperament: choice(
    {
      STEADY: { zh: '稳重', en: 'Steady' },
      RETICENT: { zh: '寡言', en: 'Reticent' },
      IMPATIENT: { zh: '急躁', en: 'Impatient' },
      TALKATIVE: { zh: '饶舌', en: 'Talkative' },
    },
    { label: { zh: '气质', en: 'Temperament' }, ...sensitive },
  ),
  maritalStatus: choice(
    {
      MARRIED: { zh: '已婚', en: 'Married' },
      SINGLE: { zh: '未婚', en: 'Single' },
      DIVORCED: { zh: '离婚', en: 'Divorced' },
    },
    { label: { zh: '婚姻状况', en: 'Marital status' }, ...sensitive },
  ),
  interests: list({ max: 30, label: { zh: '兴趣', en: 'Interests' }, ...sensitive }),
  background: text({ max: 2000, label: { zh: '背景', en: 'Background' }, ...sensitive }),
  verbalExpression: choice(
    {
      ARTICULATE: { zh: '能说', en: 'Articulate' },
      AVERAGE: { zh: '一般', en: 'Average' },
      INARTICULATE: { zh: '口拙', en: 'Inarticulate' },
    },
    { label: { zh: '语言表达', en: 'Verbal expression' }, ...sensitive },
  ),
  thinkingStyle: choice(
    {
      PRUDENT: { zh: '稳健', en: 'Prudent' },
      CONSERVATIVE: { zh: '保守', en: 'Conservative' },
      RADICAL: { zh: '激进', en: 'Radical' },
    },
    { label: { zh: '思维方式', en: 'Thinking style' }, ...sensitive },
  ),
  drinking: choice(
    {
      HEAVY: { zh: '量大', en: 'Heavy' },
      MODERATE: { zh: '一般', en: 'Moderate' },
      NONE: { zh: '不喝', en: 'None' },
    },
    { label: { zh: '嗜好：酒', en: 'Drinking' }, ...sensitive },
  ),
  smoking: choice(
    { SMOKER: { zh: '抽', en: 'Smoker' }, NON_SMOKER: { zh: '不抽', en: 'Non-smoker' } },
    { label: { zh: '嗜好：烟', en: 'Smoking' }, ...sensitive },
  ),
  otherHabits: text({ max: 1000, label: { zh: '嗜好：其他', en: 'Other habits' }, ...sensitive }),
  strengths: text({ max: 1000, label: { zh: '长处', en: 'Strengths' }, ...sensitive }),
  weaknesses: text({ max: 1000, label: { zh: '短处', en: 'Weaknesses' }, ...sensitive }),
  specialSkills: list({ max: 30, label: { zh: '特长', en: 'Special skills' }, ...sensitive }),
  health: text({ max: 1000, label: { zh: '身体状况', en: 'Health' }, ...sensitive }),
} as const;
