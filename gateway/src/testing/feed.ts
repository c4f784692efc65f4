import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Bus } from '@crm/kit/event/bus';
import { subjectOf, headersOf, type Envelope } from '@crm/kit/event/envelope';
import { idToBytes, newId } from '@crm/kit/id';
import { readsOwned } from '@crm/kit/record/policy';
import type { RequestInfo } from '@crm/kit/request';
import { subgraphSchema } from '@crm/kit/server/subgraph';
import { testStream, type TestStream } from '@crm/kit/testing/bus';
import { testSubgraph, type TestSubgraph } from '@crm/kit/testing/execute';
import { until } from '@crm/kit/testing/until';
import { parse } from 'graphql';
import { compose } from './compose.ts';
import { startTestGateway, type TestGateway } from './gateway.ts';

const schemas = new URL('../../../schemas/', import.meta.url);
const readSdl = (file: string): string => readFileSync(new URL(file, schemas), 'utf8');
const sharedSdl = readSdl('shared.graphql');

const customersSdl = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@key", "@shareable"])
  type Query {
    customer(id: ID!): Customer
    customers(
      where: CustomerWhere
      orderBy: [OrderBy!]
      first: Int
      after: String
    ): CustomerConnection!
  }
  input CustomerWhere { id: IdFilter ownerId: IdFilter }
  type CustomerConnection { nodes: [Customer!]! }
  type Customer @key(fields: "id") { id: ID! name: String! version: Int! }
  ${sharedSdl}
`;

const moodsSdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Customer @key(fields: "id") { id: ID! mood: String }
`;

const eventsSdl = `${readSdl('subgraphs/events.graphql')}\n${sharedSdl}`;

export type Customer = { name: string; ownerId: string | null; teamId: string | null };

export type NewChange = {
  readonly id: string;
  readonly fact?: string;
  readonly version?: number;
  readonly changedFields?: readonly string[];
  readonly data?: object;
};

/** A gateway over two subgraphs, and a stream of its own to tell changes on. */
export type FeedMesh = {
  readonly gateway: TestGateway;
  /** One more of the same, which the caller stops. */
  readonly startGateway: () => Promise<TestGateway>;
  readonly stream: TestStream;
  readonly customers: Map<string, Customer>;
  /** Milliseconds that the subgraph of names lets each call wait. */
  readonly slow: { ms: number };
  readonly calls: RequestInfo[];
  readonly owners: TestSubgraph;
  readonly moods: TestSubgraph;
  /** Makes a customer without telling anyone. */
  readonly add: (customer?: Partial<Customer>) => string;
  /** Publishes that a customer changed. Gives the event's id. */
  readonly tell: (change: NewChange) => Promise<string>;
  readonly ensureStream: () => Promise<void>;
  /** Does what needs the stream, again and again until it can be reached. */
  readonly told: (tell: () => Promise<string>) => Promise<string>;
  readonly stop: () => Promise<void>;
};

export async function startFeedMesh(settings: Record<string, string> = {}): Promise<FeedMesh> {
  const stream = await testStream();
  const bus = stream.connect('service');
  await until(() => bus.isConnected(), { what: 'NATS connected' });
  await bus.ensureStream();

  const customers = new Map<string, Customer>();
  const slow = { ms: 0 };
  const calls: RequestInfo[] = [];
  const owners = await customersSubgraph({ customers, slow, calls });
  const moods = await testSubgraph({
    name: 'moods',
    createContext: (request) => request,
    schema: subgraphSchema(parse(moodsSdl), {
      Customer: { __resolveReference: ({ id }: { id: string }) => ({ id, mood: 'good' }) },
    }),
  });
  const startGateway = (): Promise<TestGateway> =>
    startTestGateway({
      supergraph: compose({ customers: customersSdl, moods: moodsSdl, events: eventsSdl }),
      subgraphs: { customers: owners, moods },
      bus: stream.connect('gateway'),
      settings: { CURSOR_KEY: 'a key of thirty-two characters or more', ...settings },
    });
  const gateway = await startGateway();
  return {
    gateway,
    startGateway,
    stream,
    customers,
    slow,
    calls,
    owners,
    moods,
    add: (customer = {}) => {
      const id = newId();
      customers.set(id, { name: `Customer ${id}`, ownerId: null, teamId: null, ...customer });
      return id;
    },
    tell: (change) => publish(bus, change),
    ensureStream: bus.ensureStream,
    told: insist,
    stop: async () => {
      await gateway.stop();
      await Promise.all([owners.stop(), moods.stop()]);
      await stream.close();
    },
  };
}

async function insist(tell: () => Promise<string>): Promise<string> {
  let result: string | undefined;
  const attempt = async (): Promise<boolean> => {
    result = await tell().catch(() => undefined);
    return result !== undefined;
  };
  await until(attempt, { what: 'the stream in reach' });
  return result ?? '';
}

type ListArguments = {
  readonly first: number;
  readonly after: string;
  readonly where?: { readonly id?: { readonly in: readonly string[] } };
};

/** By id, as many as are asked for of those after a cursor. */
function listed(
  customers: ReadonlyMap<string, Customer>,
  { first, after, where }: ListArguments,
): readonly (Customer & { readonly id: string; readonly version: number })[] {
  const wanted = where?.id && new Set(where.id.in.filter((id) => idToBytes(id)));
  const [, afterId = ''] = JSON.parse(Buffer.from(after, 'base64url').toString());
  return [...customers.keys()]
    .filter((id) => id > afterId && (wanted?.has(id) ?? true))
    .toSorted()
    .flatMap((id) => {
      const customer = customers.get(id);
      return customer ? [{ ...customer, id, version: 1 }] : [];
    })
    .slice(0, first);
}

type CustomersState = Pick<FeedMesh, 'customers' | 'slow' | 'calls'>;

const customersSubgraph = ({ customers, slow, calls }: CustomersState): Promise<TestSubgraph> =>
  testSubgraph({
    name: 'customers',
    createContext: async (request) => {
      calls.push(request);
      await wait(slow.ms);
      return request;
    },
    schema: subgraphSchema(parse(customersSdl), {
      Query: {
        customers: (_: unknown, asked: ListArguments, { viewer }: RequestInfo) => ({
          nodes: listed(customers, asked).filter((customer) => readsOwned(viewer, customer)),
        }),
      },
      Customer: {
        __resolveReference: ({ id }: { id: string }, { viewer }: RequestInfo) => {
          const found = customers.get(id);
          return found && readsOwned(viewer, found) ? { id, ...found } : null;
        },
      },
    }),
  });

async function publish(
  bus: Bus,
  { id, fact = 'updated', version = 2, changedFields = ['name'], data = {} }: NewChange,
): Promise<string> {
  const body = JSON.stringify({ customerId: id, actor: null, changedFields, data });
  const event: Envelope = {
    eventId: newId(),
    type: `customer.${fact}`,
    schemaVersion: 1,
    visibility: 'public',
    aggregate: 'customer',
    aggregateId: id,
    version,
    occurredAt: new Date().toISOString(),
    trace: null,
    body,
  };
  await bus.publish({
    subject: subjectOf(event),
    messageId: event.eventId,
    headers: headersOf(event, 'customers'),
    body,
    previousSeq: null,
  });
  return event.eventId;
}
