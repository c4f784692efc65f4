import { NIL, v5 } from 'uuid';
import { z } from 'zod';
import type { RecordedEvent, Visibility } from './event.ts';

/** An event as it lies in the outbox and travels: what names it, and a body of JSON text. */
export type Envelope = {
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly visibility: Visibility;
  readonly aggregate: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly occurredAt: string;
  readonly trace: string | null;
  /** `Body` as JSON. */
  readonly body: string;
};

export type Body = Pick<RecordedEvent, 'customerId' | 'actor' | 'changedFields' | 'data'>;

export type Headers = Readonly<Record<string, string>>;

const prefixes = { public: 'crm.evt', private: 'crm.private', snapshot: 'crm.snapshot' } as const;

/** Every subject that events travel on. */
export const eventSubjects = Object.values(prefixes).map((prefix) => `${prefix}.>`);

/** One subject for each aggregate, so that the stream itself can guard the order on it. */
export const subjectOf = (
  event: Pick<Envelope, 'visibility' | 'aggregate'> & { readonly aggregateId?: string },
): string => `${prefixes[event.visibility]}.${event.aggregate}.${event.aggregateId ?? '*'}`;

/** The CloudEvents headers (binary mode) of an event that `service` tells. */
export const headersOf = (event: Envelope, service: string): Headers => ({
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-id': event.eventId,
  'ce-source': `/${service}`,
  'ce-type': event.type,
  'ce-subject': event.aggregateId,
  'ce-time': event.occurredAt,
  'ce-version': String(event.version),
  'ce-schemaversion': String(event.schemaVersion),
  ...(event.trace === null ? {} : { traceparent: event.trace }),
});

const headers = z.object({
  'ce-id': z.uuid(),
  'ce-type': z.string().regex(/^[a-z_]+\.[a-z_]+$/),
  'ce-subject': z.uuid(),
  'ce-time': z.string().min(1),
  'ce-version': z.coerce.number().int().positive(),
  'ce-schemaversion': z.coerce.number().int().positive(),
  traceparent: z.string().optional(),
});

const body = z.object({
  customerId: z.uuid().nullable(),
  actor: z.string().nullable(),
  changedFields: z.array(z.string()),
  data: z.unknown(),
});

type Message = { readonly subject: string; readonly headers: Headers; readonly body: string };

/** Reads a message of the stream. Throws when it is not one of ours. */
export function decode(message: Message): RecordedEvent {
  const head = headers.parse(message.headers);
  const content = body.parse(JSON.parse(message.body));
  return {
    eventId: head['ce-id'],
    type: head['ce-type'],
    schemaVersion: head['ce-schemaversion'],
    visibility: visibilityOf(message.subject),
    aggregate: head['ce-type'].slice(0, head['ce-type'].indexOf('.')),
    aggregateId: head['ce-subject'],
    version: head['ce-version'],
    occurredAt: head['ce-time'],
    trace: head.traceparent ?? null,
    ...content,
  };
}

function visibilityOf(subject: string): Visibility {
  if (subject.startsWith(`${prefixes.public}.`)) return 'public';
  return subject.startsWith(`${prefixes.private}.`) ? 'private' : 'snapshot';
}

const foreignMessages = '0192f4c0-5d7e-7b43-9c35-2f6b8a1d0e94';

/** Stands in for a message that cannot be decoded, so that it can be set aside and looked at. */
export function standInFor(message: Message): RecordedEvent {
  const [, , aggregate = '?', aggregateId = ''] = message.subject.split('.');
  return {
    eventId: v5(`${message.subject} ${message.body}`, foreignMessages),
    type: '?',
    schemaVersion: 0,
    visibility: visibilityOf(message.subject),
    aggregate,
    aggregateId: z.uuid().safeParse(aggregateId).data ?? NIL,
    version: 0,
    customerId: null,
    actor: null,
    changedFields: [],
    occurredAt: '',
    trace: null,
    data: { headers: message.headers, body: message.body },
  };
}
