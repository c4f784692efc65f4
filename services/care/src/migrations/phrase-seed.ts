type Phrase = {
  readonly code: string;
  readonly kind: 'GREETING' | 'NOTICE';
  /** Null for every occasion that has none of its own. */
  readonly occasion: string | null;
  readonly tone: 'FORMAL' | 'PLAIN' | 'WARM';
  readonly zh: string;
  readonly en: string;
};

/** What a new company starts with; it may change, add to and switch off the phrases as it likes. */
export const phrases: readonly Phrase[] = [
  {
    code: 'greeting',
    kind: 'GREETING',
    occasion: null,
    tone: 'FORMAL',
    zh: '感谢您一直以来的信任与支持，祝您身体健康、万事如意。',
    en: 'Thank you for your trust and support. We wish you health and every success.',
  },
  {
    code: 'birthday_formal',
    kind: 'GREETING',
    occasion: 'birthday',
    tone: 'FORMAL',
    zh: '值此生日之际，谨祝您福寿安康、事业兴旺。',
    en: 'On your birthday we wish you health, happiness and success.',
  },
  {
    code: 'birthday_warm',
    kind: 'GREETING',
    occasion: 'birthday',
    tone: 'WARM',
    zh: '生日快乐！愿新的一岁平安喜乐、所想皆成。',
    en: 'Happy birthday! May the year ahead bring you much joy.',
  },
  {
    code: 'spring_festival',
    kind: 'GREETING',
    occasion: 'spring_festival',
    tone: 'FORMAL',
    zh: '恭贺新春！祝您新的一年阖家幸福、财源广进。',
    en: 'Happy Chinese New Year! We wish you and your family health and prosperity.',
  },
  {
    code: 'mid_autumn',
    kind: 'GREETING',
    occasion: 'mid_autumn',
    tone: 'WARM',
    zh: '月圆人团圆，祝您与家人中秋快乐、幸福美满。',
    en: 'Happy Mid-Autumn Festival to you and your family.',
  },
  {
    code: 'promotion',
    kind: 'GREETING',
    occasion: 'promotion',
    tone: 'FORMAL',
    zh: '欣闻高升，谨致祝贺，愿您鹏程万里、再创佳绩。',
    en: 'Congratulations on your promotion. We wish you every success in your new role.',
  },
  {
    code: 'family',
    kind: 'GREETING',
    occasion: 'family',
    tone: 'WARM',
    zh: '祝您的家人生日快乐、平安健康。',
    en: 'Please pass on our best birthday wishes to your family.',
  },
  {
    code: 'event_invitation',
    kind: 'NOTICE',
    occasion: 'event_invitation',
    tone: 'FORMAL',
    zh: '诚邀您拨冗出席，期待与您相聚。',
    en: 'We would be honoured by your presence and look forward to seeing you.',
  },
  {
    code: 'notice',
    kind: 'NOTICE',
    occasion: null,
    tone: 'PLAIN',
    zh: '特此通知，如有疑问请随时与我们联系。',
    en: 'Please contact us at any time if you have questions.',
  },
];
