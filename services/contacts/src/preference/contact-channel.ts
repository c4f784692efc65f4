/** Ways in which somebody can be addressed. */
export const contactChannels = {
  PHONE: { zh: '电话', en: 'Phone' },
  SMS: { zh: '短信', en: 'SMS' },
  EMAIL: { zh: '电子邮件', en: 'Email' },
  IM: { zh: '即时通讯', en: 'Instant messaging' },
  LETTER: { zh: '信函', en: 'Letter' },
  VISIT: { zh: '拜访', en: 'Visit' },
} as const;

export type ContactChannel = keyof typeof contactChannels;

export const isChannel = (text: string): text is ContactChannel =>
  Object.hasOwn(contactChannels, text);
