import type { FieldProblem } from '@crm/kit/errors';
import { contactChannels, isChannel } from './contact-channel.ts';
import type { ContactPreference } from './preference.fields.ts';

const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d$/;

type Check = readonly [isBroken: boolean, path: string, message: string];

/** What is wrong with preferences by themselves. */
export function preferenceProblems(preference: ContactPreference): FieldProblem[] {
  const { preferredChannels, doNotContact, language } = preference;
  return problemsOf([
    [
      preferredChannels.some((each) => doNotContact.includes(each)),
      'preferredChannels',
      'names a channel that is refused',
    ],
    ...(['preferredChannels', 'doNotContact'] as const).map((path): Check => [
      !preference[path].every(isChannel),
      path,
      `takes ${Object.keys(contactChannels).join(', ')}`,
    ]),
    ...quietHourChecks(preference),
    [language !== null && !isLanguage(language), 'language', 'is no language tag such as zh-CN'],
  ]);
}

function quietHourChecks({ quietHours }: ContactPreference): readonly Check[] {
  if (quietHours === null) return [];
  const { from, to, timeZone } = quietHours;
  return [
    [(from === null) !== (to === null), 'quietHours', 'need both ends'],
    [from !== null && !timeOfDay.test(from), 'quietHours.from', 'is no time of day such as 21:30'],
    [to !== null && !timeOfDay.test(to), 'quietHours.to', 'is no time of day such as 08:00'],
    [from !== null && from === to, 'quietHours.to', 'is where they begin'],
    [timeZone !== null && !isTimeZone(timeZone), 'quietHours.timeZone', 'is no IANA time zone'],
  ];
}

const problemsOf = (checks: readonly Check[]): FieldProblem[] =>
  checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    return false;
  }
};

const isLanguage = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
};
