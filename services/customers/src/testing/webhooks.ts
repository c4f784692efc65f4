import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createLog } from '@crm/kit/log';
import { startRelay } from '@crm/kit/event/relay';
import { testStream, type TestStream } from '@crm/kit/testing/bus';
import type { TestRequest } from '@crm/kit/testing/execute';
import { z } from 'zod';
import type { WebhookSettings } from '../webhook/webhook.config.ts';
import { startWebhookJob, type WebhookJob } from '../webhook/webhook.job.ts';
import { startCustomers, testWebhookSettings, type TestCustomers } from './customers.ts';

const bodySchema = z.object({
  type: z.string(),
  timestamp: z.string(),
  data: z.object({
    eventId: z.string(),
    kind: z.string().nullable(),
    entityKind: z.string().nullable(),
    entityId: z.string().nullable(),
    customerId: z.string().nullable(),
    version: z.number().nullable(),
    changedFields: z.array(z.string()),
  }),
});

export type Received = z.infer<typeof bodySchema> & {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: string;
};

type Respond = (message: Received, count: number) => Reply | Promise<Reply>;

/** A status, headers with it, or no answer at all. */
type Reply =
  | number
  | 'silence'
  | { readonly status: number; readonly headers: Readonly<Record<string, string>> };

export type Receiver = {
  readonly url: string;
  readonly received: readonly Received[];
  /** What it answers from now on. 200 to begin with. */
  readonly respond: (respond: Respond) => void;
  readonly stop: () => Promise<void>;
};

const takesAll: Respond = () => 200;

/** A partner's server. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let respond: Respond = takesAll;
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let raw = '';
    for await (const chunk of request) raw += String(chunk);
    const headers = z.record(z.string(), z.string()).parse(request.headers);
    const body = bodySchema.parse(JSON.parse(raw));
    const message = { ...body, path: request.url ?? '', headers, raw };
    received.push(message);
    const reply = await respond(message, received.length);
    if (reply === 'silence') return;
    const { status, headers: more } =
      typeof reply === 'number' ? { status: reply, headers: {} } : reply;
    response.writeHead(status, more).end('thank you');
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    respond: (next) => {
      respond = next;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type TestWebhooks = TestCustomers & {
  readonly stream: TestStream;
  /** One more process of the service, so to say. */
  readonly startJob: (settings?: Partial<WebhookSettings>) => WebhookJob;
  /** Makes a webhook, as an administrator unless told otherwise. */
  readonly webhook: (
    input: Readonly<Record<string, unknown>>,
    request?: TestRequest,
  ) => Promise<{ readonly id: string; readonly secret: string }>;
  readonly customer: (code: string) => Promise<string>;
  readonly rename: (id: string, name: string) => Promise<void>;
};

const madeSchema = z.object({
  createWebhook: z.object({ webhook: z.object({ id: z.string() }), secret: z.string() }),
});
const customerSchema = z.object({ createCustomer: z.object({ id: z.string() }) });

/** The service with its relay and its webhooks, on a database and a stream of its own. */
export async function startWebhooks(): Promise<TestWebhooks> {
  const log = createLog('test', 'silent');
  const service = await startCustomers();
  const stream = await testStream();
  const { db, execute } = service;
  const relay = startRelay({ db, bus: stream.connect(), service: 'customers', log, leaseMs: 600 });
  const jobs: WebhookJob[] = [];
  return {
    ...service,
    stream,
    startJob: (settings) => {
      const app = { db, log, now: () => new Date(), bus: stream.connect() };
      const job = startWebhookJob(app, { ...testWebhookSettings, ...settings });
      jobs.push(job);
      return job;
    },
    webhook: async (input, request) => {
      const { data, errors } = await execute(
        `mutation ($input: CreateWebhookInput!) {
           createWebhook(input: $input) { webhook { id } secret } }`,
        { input: { name: 'test', ...input } },
        request,
      );
      if (errors) throw new Error(JSON.stringify(errors));
      const { webhook, secret } = madeSchema.parse(data).createWebhook;
      return { id: webhook.id, secret };
    },
    customer: async (code) => {
      const { data } = await execute(
        'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { id } }',
        { input: { code, name: `Secret name of ${code}`, phone: '13800138000' } },
      );
      return customerSchema.parse(data).createCustomer.id;
    },
    rename: async (id, name) => {
      const { errors } = await execute(
        'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { id } }',
        { input: { id, name } },
      );
      if (errors) throw new Error(JSON.stringify(errors));
    },
    stop: async () => {
      await Promise.all(jobs.map((job) => job.stop()));
      await relay.stop();
      await stream.close();
      await service.stop();
    },
  };
}
