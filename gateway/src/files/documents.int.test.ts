import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { addressMs, signAddress, type AddressClaims } from '@crm/kit/storage/signed-address';
import { testSubgraph, type TestSubgraph } from '@crm/kit/testing/execute';
import { until } from '@crm/kit/testing/until';
import { isDocumentCall, readCall, type DocumentCall } from '@crm/kit/transfer/file-call';
import { buildSchema } from 'graphql';
import { startTestGateway, type TestGateway } from '../testing/gateway.ts';
import { startTestMesh, type TestMesh } from '../testing/mesh.ts';

type Seen = { readonly call: DocumentCall; readonly bytes: Buffer };

let mesh: TestMesh;
let keeping: TestSubgraph;
let gateway: TestGateway;
let seen: Seen[] = [];
const attemptId = newId();
const size = 2_500_000;

const answers: Readonly<Record<string, object>> = {
  'begin-upload': { attemptId },
  'complete-upload': { id: attemptId, revision: 1 },
  'find-download': { name: '合同.pdf', mimeType: 'application/pdf', size, sha256: 'abc' },
};

/** A service that keeps one document in memory. */
beforeAll(async () => {
  mesh = await startTestMesh();
  keeping = await testSubgraph({
    name: 'customers',
    schema: buildSchema('type Query { nothing: Int }'),
    createContext: (request) => request,
    files: (_, body) => {
      const { call, bytes } = readCall(body);
      if (!isDocumentCall(call)) throw new Error('another call was expected');
      seen.push({ call, bytes: Buffer.from(bytes) });
      if (call.do === 'read-download') {
        const length = Math.min(1_048_576, size - call.at * 1_048_576);
        return Promise.resolve({ status: 200, text: Buffer.alloc(length, call.at + 65) });
      }
      return Promise.resolve({ status: 200, text: JSON.stringify(answers[call.do] ?? {}) });
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
});

function addressFor(doing: AddressClaims['do'], endsAt = Date.now() + addressMs): URL {
  const claims = { do: doing, id: newId(), subject: 's', staffId: null, until: endsAt };
  const path = signAddress({ service: 'customers', key: keeping.key }, claims);
  return new URL(path, gateway.url);
}

const done = (): readonly string[] => seen.map(({ call }) => call.do);

describe('an address for an upload', () => {
  test('takes a body without a token, and hands it on in parts', async () => {
    const response = await fetch(addressFor('upload'), { method: 'PUT', body: 'x'.repeat(size) });
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ id: attemptId, revision: 1 });
    expect(done()).toEqual([
      'begin-upload',
      'add-upload',
      'add-upload',
      'add-upload',
      'complete-upload',
    ]);
    expect(seen.slice(1, 4).map(({ bytes }) => bytes.length)).toEqual([
      1_048_576, 1_048_576, 402_848,
    ]);
  });

  test('has what came thrown away when the body breaks off', async () => {
    const address = addressFor('upload');
    const sending = httpRequest(address, {
      method: 'PUT',
      headers: { 'content-length': size },
    });
    sending.on('error', () => undefined);
    sending.write(Buffer.alloc(1_100_000));
    await until(() => done().includes('add-upload'), { what: 'the first part' });
    sending.destroy();
    await until(() => done().includes('abort-upload'), { what: 'its end' });
    expect(done()).not.toContain('complete-upload');
  });

  test.each([
    ['that has ended', () => addressFor('upload', Date.now() - 1), 403],
    ['that was changed', () => new URL(`${addressFor('upload').href}x`), 404],
    ['of no service', () => new URL('/documents/nobody/abc.def', gateway.url), 404],
    ['for a download', () => addressFor('download'), 405],
  ])('%s is refused before a byte is handed on', async (_, address, status) => {
    const response = await fetch(address(), { method: 'PUT', body: 'x' });
    expect(response.status).toBe(status);
    expect(seen).toEqual([]);
  });
});

describe('an address for a download', () => {
  test('gives the bytes, which nothing opens by itself', async () => {
    const response = await fetch(addressFor('download'));
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(size),
      'content-disposition': "attachment; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf",
      'x-content-type-options': 'nosniff',
      etag: '"abc"',
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([bytes.length, bytes[0], bytes.at(-1)]).toEqual([size, 65, 67]);
  });

  test('ends after five minutes', async () => {
    const response = await fetch(addressFor('download', Date.now()));
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('has ended') }],
    });
  });
});
