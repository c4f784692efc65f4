/** A way to reach somebody. */
export type ContactPoint = {
  readonly kind: 'EMAIL' | 'FAX' | 'HOME_PHONE' | 'IM' | 'MOBILE' | 'OFFICE_PHONE';
  readonly value: string;
  readonly label: string | null;
  readonly isPreferred: boolean;
};

/** Ways in which somebody can be addressed, as consents and preferences name them. */
export const channels = {
  PHONE: { zh: '电话', en: 'Phone' },
  SMS: { zh: '短信', en: 'SMS' },
  EMAIL: { zh: '电子邮件', en: 'Email' },
  IM: { zh: '即时通讯', en: 'Instant messaging' },
  LETTER: { zh: '信函', en: 'Letter' },
  VISIT: { zh: '拜访', en: 'Visit' },
} as const;

export type Channel = keyof typeof channels;

const isChannel = (name: string): name is Channel => Object.hasOwn(channels, name);

export const channelsOf = (names: readonly string[]): readonly Channel[] => names.filter(isChannel);

/** In the order in which they are tried. */
const kindsOf: Readonly<Record<Channel, readonly ContactPoint['kind'][]>> = {
  PHONE: ['MOBILE', 'OFFICE_PHONE', 'HOME_PHONE'],
  SMS: ['MOBILE'],
  EMAIL: ['EMAIL'],
  IM: ['IM'],
  LETTER: [],
  VISIT: [],
};

/** A letter goes to the customer's address, and a visit to its door. */
export const needsContactPoint = (channel: Channel): boolean => kindsOf[channel].length > 0;

/** Where somebody is reached by a channel: what is preferred of the first kind that is there. */
export function contactPointFor(
  points: readonly ContactPoint[] | null,
  channel: Channel,
): ContactPoint | null {
  for (const kind of kindsOf[channel]) {
    const found = (points ?? []).filter((point) => point.kind === kind);
    const best = found.find(({ isPreferred }) => isPreferred) ?? found[0];
    if (best) return best;
  }
  return null;
}
