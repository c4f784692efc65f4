import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { startTestGateway, type TestGateway } from './testing/gateway.ts';
import { startTestMesh, testToken, type TestMesh } from './testing/mesh.ts';

let mesh: TestMesh;
let gateway: TestGateway;

beforeAll(async () => {
  mesh = await startTestMesh();
  gateway = await startTestGateway(mesh);
});
afterAll(async () => {
  await gateway.stop();
  await mesh.stop();
});
beforeEach(() => {
  mesh.state.alertsWaitMs = 0;
  mesh.state.seen = [];
});

describe('The gateway', () => {
  test('answers one query from two subgraphs', async () => {
    const { data, errors, status } = await gateway.query(
      '{ customers(first: 2) { total nodes { name alerts { text } } } }',
    );
    expect(errors).toBeUndefined();
    expect(status).toBe(200);
    expect(data).toEqual({
      customers: {
        total: 1000,
        nodes: [
          { name: 'Customer 0', alerts: [{ text: 'Call' }] },
          { name: 'Customer 1', alerts: [{ text: 'Call' }] },
        ],
      },
    });
  });

  test('tells what an operation costs', async () => {
    const { extensions } = await gateway.query(
      '{ customers(first: 2) { nodes { alerts { id } } } }',
    );
    // 1 page + 2 customers, each 1 + 20 alerts that a page holds when none is asked for
    expect(extensions?.['cost']).toEqual({ requested: 43, max: 1000, lane: 'interactive' });
  });

  test('tells which sensitive fields were kept back, and why', async () => {
    const { extensions } = await gateway.query('{ customers(first: 2) { nodes { name } } }');
    expect(extensions?.['withheld']).toEqual([
      { field: 'Customer.secret', reason: 'PURPOSE_NEEDED' },
    ]);
    const other = await gateway.query('{ openAlerts { text } }');
    expect(other.extensions).not.toHaveProperty('withheld');
  });

  test('tells subgraphs who asks, for how long, in which lane and why', async () => {
    const token = await gateway.issuer.sign({
      sub: 'wang',
      roles: ['analyst', 'unknown role'],
      staffId: '01936b2e-0000-7000-8000-000000000001',
      teamIds: ['01936b2e-0000-7000-8000-000000000002'],
    });
    await gateway.query(
      '{ who openAlerts { customer { name } } }',
      {},
      {
        authorization: `Bearer ${token}`,
        'x-crm-purpose': encodeURIComponent('客户回访'),
        'x-request-id': 'request-1234',
      },
    );
    expect(mesh.state.seen.length).toBeGreaterThan(1);
    for (const { viewer, requestId, lane, deadlineAt } of mesh.state.seen) {
      expect(viewer).toEqual({
        subject: 'wang',
        staffId: '01936b2e-0000-7000-8000-000000000001',
        roles: ['analyst'],
        teamIds: ['01936b2e-0000-7000-8000-000000000002'],
        purpose: '客户回访',
        at: expect.stringMatching(/^(alerts|customers)$/),
      });
      expect(requestId).toBe('request-1234');
      expect(lane).toBe('reporting');
      expect(deadlineAt - Date.now()).toBeGreaterThan(50_000);
      expect(deadlineAt - Date.now()).toBeLessThanOrEqual(60_000);
    }
  });

  test('gives a consistency token that the subgraph gets back', async () => {
    const { extensions } = await gateway.query(
      'mutation { rename(id: "1", name: "Acme") { name } }',
    );
    const { token } = z.object({ token: z.string() }).parse(extensions?.['consistency']);
    expect(extensions?.['consistency']).toMatchObject({
      services: { customers: { node: 'standby', staleMs: 40 } },
    });
    mesh.state.seen = [];
    await gateway.query('{ customer(id: "1") { name mood } }', {}, { 'x-crm-consistency': token });
    expect(mesh.state.seen.map(({ consistency }) => consistency)).toEqual([testToken, null]);

    const refused = await gateway.query('{ who }', {}, { 'x-crm-consistency': 'made up' });
    expect(refused.errors?.[0]?.extensions['code']).toBe('BAD_REQUEST');
  });

  test('answers introspection, also beside data', async () => {
    const { data } = await gateway.query('{ __schema { queryType { name } } who }');
    expect(data).toMatchObject({ __schema: { queryType: { name: 'Query' } } });
  });

  test('shows the page for browsers without loading anything from elsewhere', async () => {
    const response = await fetch(gateway.url, { headers: { accept: 'text/html' } });
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await response.text();
    expect(page).toContain('query First');
    expect(page).not.toMatch(/<(?:script|link)[^>]+(?:src|href)="https?:/);
  });

  test('counts requests and calls for Prometheus', async () => {
    const text = await (await fetch(new URL('/metrics', gateway.url))).text();
    expect(text).toMatch(/guanxi_gateway_request_ms_count\{lane="interactive",code="ok"\} \d+/);
    expect(text).toMatch(/guanxi_gateway_subgraph_call_ms_count\{service="alerts",outcome="ok"\}/);
  });
});

describe('Errors', () => {
  test('that a subgraph foresaw arrive with code, fields and path', async () => {
    const { data, errors } = await gateway.query('{ who refused }');
    expect(data).toMatchObject({ refused: null, who: expect.any(String) });
    expect(errors).toEqual([
      {
        message: 'Too long',
        path: ['refused'],
        extensions: {
          code: 'INVALID',
          fields: [{ path: 'name', message: 'too long' }],
          service: 'customers',
        },
      },
    ]);
  });

  test('that are bugs say nothing of what happened', async () => {
    const { errors } = await gateway.query('{ bug }');
    expect(errors).toEqual([
      {
        message: 'Internal error',
        path: ['bug'],
        extensions: { code: 'INTERNAL', service: 'customers' },
      },
    ]);
  });

  test('about a variable name the field', async () => {
    const { errors, status } = await gateway.query('query ($ms: Int!) { slow(ms: $ms) }', {
      ms: 'long',
    });
    expect(status).toBe(400);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path: 'ms' }] });
  });

  test('null where the schema allows none is an error, not silence', async () => {
    const { data, errors } = await gateway.query('{ nullMistake { name } }');
    expect(data).toEqual({ nullMistake: null });
    expect(errors?.[0]?.extensions['code']).toBe('INTERNAL');
  });
});

describe('A request that is no query by POST of JSON', () => {
  test.each([
    ['a form', 'application/x-www-form-urlencoded'],
    ['plain text', 'text/plain'],
    ['a multipart form', 'multipart/form-data; boundary=x'],
  ])('is refused: %s', async (_, type) => {
    const response = await gateway.post('{"query":"{ who }"}', { 'content-type': type });
    expect(response.status).toBe(400);
  });

  test('is refused: GET of a query or a mutation', async () => {
    const url = `${gateway.url}?query=${encodeURIComponent('mutation { slowRename(ms: 0) }')}`;
    expect((await fetch(url)).status).toBe(405);
    expect((await fetch(url, { headers: { 'content-type': 'application/json' } })).status).toBe(
      405,
    );
  });

  test.each([
    '',
    'null',
    '[]',
    '[{"query":"{ who }"}]',
    '{"query":7}',
    '{"query":"{ who }","variables":[]}',
    '{"query":"{ who }","operationName":{}}',
    '{"query":',
  ])('is refused: %j', async (body) => {
    const response = await gateway.post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_REQUEST' } }],
    });
  });

  test('gets no permission for pages of other origins', async () => {
    const response = await fetch(gateway.url, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.test', 'access-control-request-method': 'POST' },
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('The supergraph', () => {
  test('is replaced when the file changes, and kept when the new one is bad', async () => {
    const cut = mesh.supergraph.slice(0, mesh.supergraph.length / 2);
    writeFileSync(gateway.supergraphPath, cut);
    await gateway.reload();
    expect((await gateway.query('{ who }')).errors).toBeUndefined();

    writeFileSync(
      gateway.supergraphPath,
      mesh.supergraph.replaceAll('ALERTS', 'OTHERS').replaceAll('"alerts"', '"others"'),
    );
    await gateway.reload();
    expect((await gateway.query('{ customer(id: "1") { mood } }')).data).toEqual({
      customer: { mood: 'good' },
    });

    writeFileSync(gateway.supergraphPath, mesh.supergraph.replaceAll('mood', 'temper'));
    await gateway.reload();
    expect((await gateway.query('{ customer(id: "1") { mood } }')).status).toBe(400);
    writeFileSync(gateway.supergraphPath, mesh.supergraph);
    await gateway.reload();
    expect((await gateway.query('{ customer(id: "1") { mood } }')).status).toBe(200);
  });
});

const ask = (headers = {}) => gateway.query('{ slow(ms: 200) }', {}, headers);

describe('Equal calls', () => {
  test('of one viewer are made once', async () => {
    await Promise.all([ask(), ask(), ask()]);
    expect(mesh.state.seen).toHaveLength(1);
  });

  test('of different viewers are made for each', async () => {
    const other = `Bearer ${await gateway.issuer.sign({ sub: 'wang' })}`;
    await Promise.all([ask(), ask({ authorization: other }), ask({ 'x-crm-purpose': 'care' })]);
    expect(mesh.state.seen).toHaveLength(3);
  });

  test('are not joined across a write: what was asked after it sees it', async () => {
    const before = ask();
    await wait(20);
    await gateway.query('mutation { rename(id: "1", name: "x") { id } }');
    await Promise.all([before, ask()]);
    expect(mesh.state.seen).toHaveLength(3);
  });
});
