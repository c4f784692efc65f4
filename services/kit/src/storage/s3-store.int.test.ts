import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Database } from '../database/database.ts';
import { newId } from '../id.ts';
import { kitMigrations } from '../migrations/index.ts';
import { testDatabase } from '../testing/database.ts';
import { partStore, partsOf, readingBoth, type BlobStore, type Staged } from './blob-store.ts';
import { insertPart, partBytesMax } from './file-part.ts';
import { s3Store } from './s3-store.ts';

/** A server that speaks S3 and knows its accounts, but takes any signature; its package has no types. */
const serverSchema = z.object({
  run: z.custom<() => Promise<{ readonly port: number }>>(),
  close: z.custom<() => Promise<void>>(),
});

let db: Database;
let folder: string;
let server: z.infer<typeof serverSchema>;
let store: BlobStore;
let endpoint: string;

const account = {
  bucket: 'documents',
  region: 'us-east-1',
  accessKeyId: 'S3RVER',
  secretAccessKey: 'S3RVER',
  timeoutMs: 5000,
};

beforeAll(async () => {
  db = await testDatabase({ entities: [], migrations: kitMigrations });
  folder = mkdtempSync(join(tmpdir(), 's3-'));
  // @ts-expect-error The package has no types.
  const { default: S3rver }: { default: new (options: object) => unknown } = await import('s3rver');
  const made = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: account.bucket }],
  });
  // Its methods need it as `this`.
  server = serverSchema.parse({
    run: () => Reflect.apply(Reflect.get(Object(made), 'run'), made, []),
    close: () => Reflect.apply(Reflect.get(Object(made), 'close'), made, []),
  });
  const { port } = await server.run();
  endpoint = `http://127.0.0.1:${port}`;
  store = readingBoth(s3Store({ ...account, endpoint }));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
  await db.destroy();
});

async function stage(bytes: Buffer): Promise<Staged> {
  const id = newId();
  const partCount = partsOf(bytes.length);
  for (let at = 0; at < partCount; at++) {
    const part = bytes.subarray(at * partBytesMax, (at + 1) * partBytesMax);
    await insertPart(db.manager, { fileId: id, at, bytes: part });
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { id, size: bytes.length, partCount, sha256, mimeType: 'application/pdf' };
}

async function read(key: string, partCount: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let at = 0; at < partCount; at++) parts.push(await store.read(db.manager, key, at));
  return Buffer.concat(parts);
}

describe('a store that speaks S3', () => {
  test('keeps what was staged, and gives it back part by part', async () => {
    const bytes = randomBytes(2_500_000);
    const staged = await stage(bytes);
    expect(await store.keep(db.manager, staged)).toEqual({ isCopied: true });
    expect((await read(store.keyOf(staged), staged.partCount)).equals(bytes)).toBe(true);
    // What is done again gives the same.
    await store.keep(db.manager, staged);
    expect((await read(store.keyOf(staged), staged.partCount)).equals(bytes)).toBe(true);
  });

  test('deletes it, and does not mind when there is nothing', async () => {
    const staged = await stage(randomBytes(1000));
    await store.keep(db.manager, staged);
    const key = store.keyOf(staged);
    const kept = (): number =>
      readdirSync(join(folder, account.bucket)).filter((name) => name.startsWith(staged.id)).length;
    expect(kept()).toBeGreaterThan(0);
    expect(await store.remove(db.manager, key)).toBe(false);
    expect(await store.remove(db.manager, key)).toBe(false);
    expect(kept()).toBe(0);
    await expect(store.read(db.manager, key, 0)).rejects.toThrow('not available');
  });

  test('still reads what was kept in the database before', async () => {
    const bytes = randomBytes(1000);
    const staged = await stage(bytes);
    const key = partStore.keyOf(staged);
    expect((await store.read(db.manager, key, 0)).equals(bytes)).toBe(true);
  });

  test.each([
    ['an unknown account', () => ({ ...account, endpoint, accessKeyId: 'NOBODY' })],
    ['a bucket that is not there', () => ({ ...account, endpoint, bucket: 'nothing' })],
    ['no server', () => ({ ...account, endpoint: 'http://127.0.0.1:1' })],
  ])('says that it is not available with %s, and nothing of why', async (_, settings) => {
    const staged = await stage(randomBytes(1000));
    const keeping = s3Store(settings()).keep(db.manager, staged);
    await expect(keeping).rejects.toMatchObject({
      message: 'The store of documents is not available',
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    });
  });
});
