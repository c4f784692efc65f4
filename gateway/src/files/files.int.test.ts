import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { AppError } from '@crm/kit/errors';
import { newId } from '@crm/kit/id';
import { testSubgraph, type TestSubgraph } from '@crm/kit/testing/execute';
import { readCall, type FileCall } from '@crm/kit/transfer/file-call';
import type { Viewer } from '@crm/kit/viewer';
import { startTestGateway, type TestGateway } from '../testing/gateway.ts';
import { startTestMesh, type TestMesh } from '../testing/mesh.ts';

type Seen = { readonly call: FileCall; readonly bytes: Buffer; readonly viewer: Viewer };

let mesh: TestMesh;
let keeping: TestSubgraph;
let gateway: TestGateway;
let seen: Seen[] = [];
let refusal: AppError | null = null;
const id = newId();

/** A service that keeps one file in memory. */
beforeAll(async () => {
  mesh = await startTestMesh();
  keeping = await testSubgraph({
    name: 'customers',
    schema: buildSchema('type Query { nothing: Int }'),
    createContext: (request) => request,
    files: (request, body) => {
      const { call, bytes } = readCall(body);
      seen.push({ call, bytes: Buffer.from(bytes), viewer: request.viewer });
      if (refusal) throw refusal;
      if (call.do === 'read') {
        return Promise.resolve({ status: 200, text: Buffer.alloc(1024 * 1024, call.at + 65) });
      }
      const file = { id, name: '客户.csv', format: 'CSV', size: 3 * 1024 * 1024, partCount: 3 };
      return Promise.resolve({ status: 200, text: JSON.stringify(file) });
    },
  });
  gateway = await startTestGateway({
    supergraph: mesh.supergraph,
    subgraphs: { ...mesh.subgraphs, customers: keeping },
  });
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([mesh.stop(), keeping.stop()]);
});
beforeEach(() => {
  seen = [];
  refusal = null;
});

type Asked = { readonly method?: string; readonly body?: string; readonly type?: string };

async function ask(path: string, { type, ...init }: Asked = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${await gateway.issuer.sign()}` };
  return fetch(new URL(path, gateway.url), {
    ...init,
    headers: type === undefined ? headers : { ...headers, 'content-type': type },
  });
}

const post = (body: string, path = '/files/customers', type = 'text/csv'): Promise<Response> =>
  ask(path, { method: 'POST', body, type });

describe('POST /files/SERVICE', () => {
  test('hands the file on in parts of one size, for who sent it', async () => {
    const text = 'x'.repeat(2_500_000);
    const response = await post(text, '/files/customers?name=a.csv&encoding=gb18030');

    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ id });
    expect(seen.map(({ call }) => call)).toEqual([
      { do: 'begin', name: 'a.csv', format: 'CSV', encoding: 'gb18030' },
      { do: 'add', id, at: 0 },
      { do: 'add', id, at: 1 },
      { do: 'add', id, at: 2 },
      { do: 'complete', id },
    ]);
    const parts = seen.filter(({ call }) => call.do === 'add').map((each) => each.bytes);
    expect(parts.map(({ length }) => length)).toEqual([1_048_576, 1_048_576, 402_848]);
    expect(Buffer.concat(parts).toString() === text).toBe(true);
    expect(new Set(seen.map(({ viewer }) => viewer.subject)).size).toBe(1);
  });

  test.each([
    ['another content type', '/files/customers', 'text/html', 400],
    ['an unknown encoding', '/files/customers?encoding=ebcdic', 'text/csv', 400],
    ['an unknown service', '/files/nobody', 'text/csv', 404],
    ['an id', `/files/customers/${id}`, 'text/csv', 405],
  ])('with %s is refused', async (_, path, type, status) => {
    const response = await post('x', path, type);
    expect(response.status).toBe(status);
    expect(seen).toEqual([]);
  });

  test('without a token is refused before a byte is handed on', async () => {
    const url = new URL('/files/customers', gateway.url);
    const response = await fetch(url, { method: 'POST', body: 'x' });
    expect(response.status).toBe(401);
    expect(seen).toEqual([]);
  });

  test('tells what the service refuses', async () => {
    refusal = new AppError('FORBIDDEN', 'You may not write files');
    const response = await post('x');
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      errors: [{ message: 'You may not write files' }],
    });
  });
});

describe('GET /files/SERVICE/ID', () => {
  test('gives the file, part after part, under its name', async () => {
    const response = await ask(`/files/customers/${id}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toBe(
      "attachment; filename*=UTF-8''%E5%AE%A2%E6%88%B7.csv",
    );
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([bytes.length, bytes[0], bytes.at(-1)]).toEqual([3 * 1024 * 1024, 65, 67]);
  });

  test('of what is no id is not found', async () => {
    expect((await ask('/files/customers/nothing')).status).toBe(404);
    expect(seen).toEqual([]);
  });
});
