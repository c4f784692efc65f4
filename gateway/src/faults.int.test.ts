import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { startTestGateway, type TestGateway } from './testing/gateway.ts';
import { startTestMesh, type TestMesh } from './testing/mesh.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function start(alerts?: string): Promise<{ mesh: TestMesh; gateway: TestGateway }> {
  const mesh = await startTestMesh();
  ends.push(mesh.stop);
  const subgraphs = alerts
    ? { ...mesh.subgraphs, alerts: { url: alerts, key: 'k'.repeat(32) } }
    : mesh.subgraphs;
  const gateway = await startTestGateway({ supergraph: mesh.supergraph, subgraphs });
  ends.push(gateway.stop);
  return { mesh, gateway };
}

const portOf = (server: { address: Server['address'] }): number => {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
};

/** Takes connections and never answers. */
async function startHanging(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${portOf(server)}/graphql`;
}

async function listenAnswering(body: string, status = 200): Promise<Server> {
  const server = createServer((_, response) => {
    response.writeHead(status).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

const acrossBoth = '{ customer(id: "1") { name mood } }';
const unavailable = {
  message: 'The service alerts is not available',
  path: ['customer'],
  extensions: { code: 'SERVICE_UNAVAILABLE', service: 'alerts', retryAfterMs: 1000 },
};

describe('A subgraph that is down', () => {
  test('costs its own fields only, and says so once', async () => {
    const { mesh, gateway } = await start();
    await gateway.query(acrossBoth);
    await mesh.subgraphs.alerts.stop();
    const startedAt = Date.now();
    const { data, errors, status } = await gateway.query(acrossBoth);
    expect(Date.now() - startedAt).toBeLessThan(1000);
    expect(status).toBe(200);
    expect(data).toEqual({ customer: { name: 'Customer 1', mood: null } });
    expect(errors).toEqual([unavailable]);
  });

  test('at the root gives null and its path', async () => {
    const { mesh, gateway } = await start();
    await mesh.subgraphs.alerts.stop();
    const { data, errors } = await gateway.query('{ who openAlerts { id } }');
    expect(data).toMatchObject({ openAlerts: null, who: expect.any(String) });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions['code']).toBe('SERVICE_UNAVAILABLE');
  });

  test.each([
    ['HTML', '<html>Bad gateway</html>', 502],
    ['no JSON object', '[]', 200],
    ['half a JSON', '{"data":{"_entities"', 200],
    ['nothing', '', 200],
    ['too few entities', '{"data":{"_entities":[]}}', 200],
    ['no list of entities', '{"data":{"_entities":{"0":{"mood":"x"}}}}', 200],
  ])('looks the same when it answers %s', async (_, body, status) => {
    const { gateway } = await start(
      `http://127.0.0.1:${portOf(await listenAnswering(body, status))}/graphql`,
    );
    const { data, errors } = await gateway.query(acrossBoth);
    expect(data).toEqual({ customer: { name: 'Customer 1', mood: null } });
    expect(errors).toHaveLength(1);
    expect(['SERVICE_UNAVAILABLE', 'INTERNAL']).toContain(errors?.[0]?.extensions['code']);
  });

  test('is called again within two seconds after it is back', async () => {
    const body = '{"data":{"_entities":[{"mood":"good"}]}}';
    const server = await listenAnswering(body);
    const port = portOf(server);
    const { gateway } = await start(`http://127.0.0.1:${port}/graphql`);
    server.close();
    server.closeAllConnections();
    for (let call = 0; call < 25; call++) {
      expect((await gateway.query(acrossBoth)).errors).toEqual([unavailable]);
    }

    server.listen(port, '127.0.0.1');
    const backAt = Date.now();
    while ((await gateway.query(acrossBoth)).errors) {
      expect(Date.now() - backAt).toBeLessThan(2000);
      await wait(50);
    }
  });
});

describe('A subgraph that hangs', () => {
  test('is given up at the deadline; after 20 failures nobody waits for it', async () => {
    const { gateway } = await start(await startHanging());
    const slow = await Promise.all(
      Array.from({ length: 20 }, () =>
        gateway.query('query Hang { customer(id: "1") { name mood } }'),
      ),
    );
    for (const { data, errors } of slow) {
      expect(data).toEqual({ customer: { name: 'Customer 1', mood: null } });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'TIMEOUT', service: 'alerts' });
    }
    const startedAt = Date.now();
    const { errors } = await gateway.query(acrossBoth);
    expect(errors).toEqual([unavailable]);
    expect(Date.now() - startedAt).toBeLessThan(1000);
  }, 20_000);
});

describe('A direct call to a subgraph', () => {
  test('is refused with what the gateway would send for another subgraph', async () => {
    const { mesh } = await start();
    const response = await fetch(mesh.subgraphs.customers.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-crm-context': 'a.b.c' },
      body: '{"query":"{ who }"}',
    });
    expect(response.status).toBe(401);
  });

  test('a gateway with a wrong key says nothing of it to the client', async () => {
    const mesh = await startTestMesh();
    ends.push(mesh.stop);
    const { customers, alerts } = mesh.subgraphs;
    const gateway = await startTestGateway({
      supergraph: mesh.supergraph,
      subgraphs: { customers, alerts: { ...alerts, key: 'w'.repeat(32) } },
    });
    ends.push(gateway.stop);
    const { errors } = await gateway.query(acrossBoth);
    expect(errors?.[0]).toMatchObject({
      message: 'Internal error',
      extensions: { code: 'INTERNAL', service: 'alerts' },
    });
  });
});

async function leaveDuring(gateway: TestGateway, query: string): Promise<void> {
  const token = await gateway.issuer.sign();
  const request = httpRequest(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  });
  request.on('error', () => {});
  request.end(JSON.stringify({ query }));
  await wait(100);
  request.destroy();
}

describe('A client that leaves', () => {
  test('stops its query in the subgraph, but a mutation is seen through', async () => {
    const { mesh, gateway } = await start();
    await leaveDuring(gateway, '{ slow(ms: 1000) }');
    await wait(50);
    expect(mesh.state.seen[0]?.signal.aborted).toBe(true);

    await leaveDuring(gateway, 'mutation { slowRename(ms: 300) }');
    await wait(400);
    expect(mesh.state.renamed).toEqual([false]);
  });
});

describe('A gateway that stops', () => {
  test('answers what it took and takes no more', async () => {
    const { gateway } = await start();
    const answer = gateway.query('{ slow(ms: 300) }');
    await wait(100);
    const stopped = gateway.stop();
    ends.pop();
    expect((await answer).data).toEqual({ slow: 'done' });
    await stopped;
    await expect(fetch(gateway.url)).rejects.toThrow('fetch failed');
  });

  test('is not ready from the first moment on', async () => {
    const mesh = await startTestMesh();
    ends.push(mesh.stop);
    const gateway = await startTestGateway({ ...mesh, settings: { DRAIN_DELAY_MS: '500' } });
    const ready = new URL('/readyz', gateway.url);
    expect((await fetch(ready)).status).toBe(200);
    const stopped = gateway.stop();
    const response = await fetch(ready);
    expect(response.status).toBe(503);
    expect(response.headers.get('connection')).toBe('close');
    expect((await gateway.query('{ slow(ms: 0) }')).data).toEqual({ slow: 'done' });
    await stopped;
  });
});

describe('Too many at once', () => {
  test('are told when to come back', async () => {
    const { gateway } = await start();
    const token = await gateway.issuer.sign({ roles: ['analyst'] });
    const headers = { authorization: `Bearer ${token}` };
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => gateway.query('{ slow(ms: 300) }', {}, headers)),
    );
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused).toHaveLength(5);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect((await gateway.query('{ who }')).status).toBe(200);
  });
});

describe('The log', () => {
  test('has one line a request, without values', async () => {
    const mesh = await startTestMesh();
    ends.push(mesh.stop);
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
    const gateway = await startTestGateway({ ...mesh, log });
    ends.push(gateway.stop);
    lines.length = 0;
    await gateway.query('query Canary($id: ID!) { customer(id: $id) { name } }', {
      id: 'canary-7',
    });
    await gateway.query('query ($ms: Int!) { slow(ms: $ms) }', { ms: 'canary-8' });
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      operation: 'Canary',
      subject: 'li',
      lane: 'interactive',
      status: 200,
      cost: 1,
    });
    expect(lines.join('')).not.toContain('canary-');
  });
});
