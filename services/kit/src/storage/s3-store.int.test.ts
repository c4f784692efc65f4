import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Database } from '../database/database.ts';
import { newId } from '../id.ts';
import { kitMigrations } from '../migrations/index.ts';
import { testDatabase } from '../testing/database.ts';
import { startS3, type TestS3 } from '../testing/s3.ts';
import { partStore, partsOf, readingBoth, type BlobStore, type Staged } from './blob-store.ts';
import { insertPart, partBytesMax } from './file-part.ts';
import { s3Store } from './s3-store.ts';

let db: Database;
let server: TestS3;
let store: BlobStore;

beforeAll(async () => {
  db = await testDatabase({ entities: [], migrations: kitMigrations });
  server = await startS3();
  store = readingBoth(s3Store(server.settings));
});
afterAll(async () => {
  await server.stop();
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
    const kept = (): number => server.names().filter((name) => name.startsWith(staged.id)).length;
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
    ['an unknown account', () => ({ accessKeyId: 'NOBODY' })],
    ['a bucket that is not there', () => ({ bucket: 'nothing' })],
    ['no server', () => ({ endpoint: 'http://127.0.0.1:1' })],
  ])('says that it is not available with %s, and nothing of why', async (_, settings) => {
    const staged = await stage(randomBytes(1000));
    const keeping = s3Store({ ...server.settings, ...settings() }).keep(db.manager, staged);
    await expect(keeping).rejects.toMatchObject({
      message: 'The store of documents is not available',
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    });
  });
});
