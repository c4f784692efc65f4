import { createHash, randomBytes } from 'node:crypto';
import { ICalCalendar } from 'ical-generator';
import type { Labels } from '@crm/kit/record/field';
import { channels } from '../person/contact-point.ts';
import { states, type CareTask } from '../task/task.fields.ts';
import { inLanguage, type Language } from '../template/merge-field.ts';

/** Whoever holds it reads the feed; the database holds its hash alone. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

export const hashOfSecret = (secret: string): Buffer =>
  createHash('sha256').update(secret).digest();

/** What a calendar shows of a task, as its owner may read it. */
export type FeedEvent = {
  readonly task: CareTask;
  readonly occasion: Labels | null;
  /** Null where the owner may not read who it is. */
  readonly personName: string | null;
  readonly customerName: string | null;
};

const name = { zh: '客户关怀', en: 'Customer care' } as const;
const refreshS = 3600;
const minutesOfEvent = 30;

/** The same tasks are the same text, so that a calendar which has it is told so. */
export function writeCalendar(events: readonly FeedEvent[], locale: Language): string {
  const calendar = new ICalCalendar({
    name: inLanguage(name, locale),
    prodId: { company: 'Guanxi', product: 'care', language: locale === 'EN' ? 'EN' : 'ZH' },
    ttl: refreshS,
  });
  for (const event of events) {
    const { id, dueAt, updatedAt, version } = event.task;
    calendar.createEvent({
      id,
      start: dueAt,
      end: new Date(dueAt.getTime() + minutesOfEvent * 60_000),
      stamp: updatedAt,
      sequence: version,
      summary: summaryOf(event, locale),
      description: descriptionOf(event.task, locale),
    });
  }
  return calendar.toString();
}

function summaryOf({ occasion, personName, customerName }: FeedEvent, locale: Language): string {
  const what = inLanguage(occasion ?? name, locale);
  const who = [personName, customerName].filter((each) => each !== null);
  return who.length === 0 ? what : `${what} · ${who.join(' · ')}`;
}

const descriptionOf = ({ channel, state }: CareTask, locale: Language): string =>
  [channel === null ? null : channels[channel], states[state]]
    .flatMap((labels) => (labels === null ? [] : inLanguage(labels, locale)))
    .join(' · ');
