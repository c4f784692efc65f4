import { WebSocket } from 'ws';
import { z } from 'zod';

/** One frame, as far as it is needed to judge a history. */
export type Told = {
  readonly kind: string;
  readonly eventId: string;
  readonly entityId: string | null;
  readonly version: number | null;
  /** When it was recorded, and when it came, in epoch milliseconds. */
  readonly occurredAt: number;
  readonly at: number;
};

export type SubscriberOptions = {
  readonly url: string;
  readonly token: () => string;
  readonly filter: object;
  /** What is selected of the record. */
  readonly entity?: string;
  /** Where to begin; at the end when left out. */
  readonly after?: string;
  /** Whether it comes back with its cursor when the connection is lost. */
  readonly returns?: boolean;
};

/** The end of a connection, or of an attempt at one. */
export type Close = {
  readonly code: number;
  readonly at: number;
  /** Whether the server had taken it, and knew who it was. */
  readonly wasTaken: boolean;
};

/** One who follows changes, writes down all that it is told, and speaks the protocol by hand. */
export type Subscriber = {
  readonly told: readonly Told[];
  /** When the server took the socket, each time, before it was told who that is. */
  readonly acceptedAt: readonly number[];
  readonly closes: readonly Close[];
  /** Why the server ended a subscription, in its words. */
  readonly refusals: readonly string[];
  /** Whether it was told that it has everything, since it is connected. */
  readonly isLive: () => boolean;
  readonly cursor: () => string | undefined;
  readonly end: () => void;
};

const messageSchema = z.object({
  type: z.string(),
  payload: z.unknown().optional(),
});

const frameSchema = z.object({
  data: z.object({
    changes: z.object({
      kind: z.string(),
      cursor: z.string(),
      eventId: z.string(),
      entityId: z.string().nullable(),
      version: z.number().nullable(),
      occurredAt: z.string(),
    }),
  }),
});

type Message = z.infer<typeof messageSchema> & {
  /** What a frame says, but for when it came. */
  readonly change: (Omit<Told, 'at'> & { readonly cursor: string }) | null;
};

/** All who follow the same are sent the same texts: reading one for each would take from what is measured. */
const known = new Map<string, Message>();
const knownMax = 1000;

function read(text: string): Message {
  const before = known.get(text);
  if (before) return before;
  const message = messageSchema.parse(JSON.parse(text));
  const change = message.type === 'next' ? changeIn(message.payload) : null;
  if (known.size >= knownMax) known.clear();
  known.set(text, { ...message, change });
  return { ...message, change };
}

function changeIn(payload: unknown): Message['change'] {
  const { occurredAt, ...change } = frameSchema.parse(payload).data.changes;
  return { ...change, occurredAt: Date.parse(occurredAt) };
}

const entityDefault = '... on Customer { name owner { name } }';

const queryFor = (entity: string): string =>
  `subscription ($after: String, $filter: ChangeFilter! = {}) {
    changes(after: $after, filter: $filter) {
      kind cursor eventId entityId version occurredAt entity { ${entity} } } }`;

const handshakeMsMax = 20_000;
const delayMsMin = 200;
const delayMsMax = 3000;

type Journal = {
  readonly told: Told[];
  readonly acceptedAt: number[];
  readonly closes: Close[];
  readonly refusals: string[];
  socket: WebSocket | null;
  isLive: boolean;
  hasEnded: boolean;
  cursor: string | undefined;
  failures: number;
};

export function startSubscriber(options: SubscriberOptions): Subscriber {
  const journal: Journal = {
    told: [],
    acceptedAt: [],
    closes: [],
    refusals: [],
    socket: null,
    isLive: false,
    hasEnded: false,
    cursor: options.after,
    failures: 0,
  };
  open(options, journal);
  return {
    told: journal.told,
    acceptedAt: journal.acceptedAt,
    closes: journal.closes,
    refusals: journal.refusals,
    isLive: () => journal.isLive,
    cursor: () => journal.cursor,
    end: () => {
      journal.hasEnded = true;
      journal.socket?.terminate();
    },
  };
}

function open(options: SubscriberOptions, journal: Journal): void {
  const socket = new WebSocket(options.url, 'graphql-transport-ws', {
    handshakeTimeout: handshakeMsMax,
    perMessageDeflate: false,
  });
  journal.socket = socket;
  let wasTaken = false;
  const say = (message: object): void => socket.send(JSON.stringify(message));

  socket.on('open', () => {
    journal.acceptedAt.push(Date.now());
    say({ type: 'connection_init', payload: { authorization: `Bearer ${options.token()}` } });
  });
  socket.on('message', (data: Buffer) => {
    const message = read(data.toString());
    if (message.type === 'connection_ack') {
      wasTaken = true;
      journal.failures = 0;
      say({ id: '1', type: 'subscribe', payload: askFor(options, journal) });
    }
    if (message.change) note(journal, message.change);
    if (message.type !== 'error') return;
    journal.refusals.push(JSON.stringify(message.payload));
    socket.close();
  });
  // What was wrong does not matter: the connection is closed after it.
  socket.on('error', () => undefined);
  socket.on('close', (code) => {
    journal.closes.push({ code, at: Date.now(), wasTaken });
    journal.isLive = false;
    if (journal.hasEnded || !options.returns) return;
    journal.failures += 1;
    setTimeout(() => {
      if (!journal.hasEnded) open(options, journal);
    }, delayFor(journal.failures));
  });
}

const askFor = ({ entity, filter }: SubscriberOptions, { cursor }: Journal): object => ({
  query: queryFor(entity ?? entityDefault),
  variables: { after: cursor ?? null, filter },
});

/** Grows with each failure, and is another for each, so that not all come back at once. */
const delayFor = (failures: number): number =>
  Math.min(delayMsMax, delayMsMin * 2 ** failures) * (0.5 + Math.random());

function note(journal: Journal, { cursor, ...told }: NonNullable<Message['change']>): void {
  journal.cursor = cursor;
  journal.told.push({ ...told, at: Date.now() });
  if (told.kind === 'CAUGHT_UP') journal.isLive = true;
}
