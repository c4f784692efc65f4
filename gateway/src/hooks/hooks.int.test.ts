import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { HookCall } from '@crm/kit/server/hook-call';
import { testSubgraph, type TestSubgraph } from '@crm/kit/testing/execute';
import { until } from '@crm/kit/testing/until';
import { buildSchema } from 'graphql';
import { startTestGateway, type TestGateway } from '../testing/gateway.ts';
import { startTestMesh, type TestMesh } from '../testing/mesh.ts';

let mesh: TestMesh;
let hearing: TestSubgraph;
let gateway: TestGateway;
let heard: HookCall[] = [];

/** A service that hears, and tells what it has heard. */
beforeAll(async () => {
  mesh = await startTestMesh();
  hearing = await testSubgraph({
    name: 'customers',
    schema: buildSchema('type Query { nothing: Int }'),
    createContext: (request) => request,
    hooks: async (request, call) => {
      if (request.viewer.roles.length > 0) throw new Error('somebody was trusted');
      heard.push(call);
      return { status: 201, text: '<p>done</p>', type: 'text/html; charset=utf-8' };
    },
  });
  gateway = await startTestGateway({
    supergraph: mesh.supergraph,
    subgraphs: { ...mesh.subgraphs, customers: hearing },
  });
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([mesh.stop(), hearing.stop()]);
});
beforeEach(() => {
  heard = [];
});

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(new URL(path, gateway.url), init);

describe('what is told without a token', () => {
  test('reaches the service that the address names, with its signature and nothing else', async () => {
    const response = await ask('/hooks/customers/sms/receipts?x=1', {
      method: 'POST',
      headers: { 'x-signature': 't=1,v1=00', 'content-type': 'application/json', cookie: 'a=b' },
      body: '{"id":"1"}',
    });
    expect([response.status, await response.text()]).toEqual([201, '<p>done</p>']);
    expect(heard).toEqual([
      {
        method: 'POST',
        path: 'sms/receipts',
        contentType: 'application/json',
        signature: 't=1,v1=00',
        body: '{"id":"1"}',
      },
    ]);
  });

  test('is answered by a page that loads nothing and can be framed by nobody', async () => {
    const response = await ask('/hooks/customers/unsubscribe/abc-_1');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(heard).toMatchObject([{ method: 'GET', path: 'unsubscribe/abc-_1', body: '' }]);
  });

  test.each(['%E3%80%82', ')', '>', '=', '%20', '%EF%BC%89%0A'])(
    'reaches it with %j behind the link, which is of the sentence around it',
    async (end) => {
      const { status } = await ask(`/hooks/customers/unsubscribe/abc-_1${end}`);
      expect(status).toBe(201);
      expect(heard).toMatchObject([{ path: 'unsubscribe/abc-_1' }]);
    },
  );

  test.each([
    ['to nobody', '/hooks/nobody/x', {}, 404],
    ['to nowhere', '/hooks/customers', {}, 404],
    ['somewhere else', '/hooks/customers/..%2f..%2fgraphql', {}, 404],
    ['by another method', '/hooks/customers/x', { method: 'PUT', body: 'x' }, 405],
    ['at length', '/hooks/customers/x', { method: 'POST', body: 'x'.repeat(70_000) }, 400],
  ])('is not handed on %s', async (_, path, init, status) => {
    const response = await ask(path, init);
    expect(response.status).toBe(status);
    expect(heard).toEqual([]);
  });

  test('is answered by a page when it is the form of a page and too long', async () => {
    const form = new URLSearchParams({ words: 'x'.repeat(70_000) });
    const response = await ask('/hooks/customers/survey/x', { method: 'POST', body: form });
    expect(response.status).toBe(413);
    expect(await response.text()).toContain('内容过长');
    expect(heard).toEqual([]);
  });

  test('is too much of one caller at some time', async () => {
    const statuses = new Set<number>();
    const askOften = async (): Promise<boolean> => {
      const some = Array.from({ length: 200 }, () => ask('/hooks/customers/x'));
      for (const { status } of await Promise.all(some)) statuses.add(status);
      return statuses.has(429);
    };
    await until(askOften, { what: 'a refusal' });
    expect(statuses).toEqual(new Set([201, 429]));
  });
});
