import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { until } from '@crm/kit/testing/until';

/** One event as it was written; a comment has no name. */
export type TestEvent = { readonly event: string; readonly id: string; readonly data: string };

/** A client that reads server-sent events by hand. */
export type TestEventStream = {
  readonly response: IncomingMessage;
  readonly events: () => readonly TestEvent[];
  /** All that came. */
  readonly text: () => string;
  /** The events, as soon as there are so many. */
  readonly received: (count: number) => Promise<readonly TestEvent[]>;
  readonly ended: Promise<void>;
  readonly close: () => void;
};

export type EventRequest = {
  readonly token?: string;
  readonly query: string;
  readonly variables?: object;
  readonly method?: 'GET' | 'POST';
  readonly lastEventId?: string;
};

export async function openTestEvents(url: string, asked: EventRequest): Promise<TestEventStream> {
  const sent = send(url, asked);
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (!response) throw new Error('unreachable');
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise<void>((resolve) => response.once('close', () => resolve()));
  const events = (): readonly TestEvent[] =>
    text
      .split('\n\n')
      .slice(0, -1)
      .filter((block) => !block.startsWith(':'))
      .map(readEvent);
  return {
    response,
    events,
    text: () => text,
    received: async (count) => {
      await until(() => events().length >= count, { what: `${count} events` });
      return events();
    },
    ended,
    close: () => void sent.destroy(),
  };
}

function send(url: string, { method = 'POST', ...asked }: EventRequest): ClientRequest {
  const { query, variables = {}, token, lastEventId } = asked;
  const address = new URL(url);
  if (method === 'GET') {
    address.searchParams.set('query', query);
    address.searchParams.set('variables', JSON.stringify(variables));
  }
  const sent = request(address, {
    method,
    agent: false,
    headers: {
      accept: 'text/event-stream',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(method === 'POST' && { 'content-type': 'application/json' }),
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
  });
  sent.on('error', () => undefined);
  sent.end(method === 'POST' ? JSON.stringify({ query, variables }) : undefined);
  return sent;
}

function readEvent(block: string): TestEvent {
  const lines = block.split('\n');
  const valueOf = (name: string): string =>
    (lines.find((line) => line.startsWith(`${name}:`)) ?? '').slice(name.length + 1).trim();
  return { event: valueOf('event'), id: valueOf('id'), data: valueOf('data') };
}
