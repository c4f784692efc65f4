import { z } from 'zod';
import { readConfig } from '../server/config.ts';
import { partStore, readingBoth, type BlobStore } from './blob-store.ts';
import { s3Store } from './s3-store.ts';

const s3Settings = {
  STORAGE_S3_BUCKET: z.string().min(1),
  STORAGE_S3_REGION: z.string().min(1).default('us-east-1'),
  STORAGE_S3_ACCESS_KEY_ID: z.string().min(1),
  STORAGE_S3_SECRET_ACCESS_KEY: z.string().min(1),
  STORAGE_S3_TIMEOUT_MS: z.coerce.number().int().min(100).max(30_000).default(20_000),
} as const;

/**
 * A server that speaks S3 where `STORAGE_S3_ENDPOINT` names one; else documents lie in the database,
 * beside the records. What was kept before one was named stays readable.
 */
export function readBlobStore(variables: NodeJS.ProcessEnv): BlobStore {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const { STORAGE_S3_ENDPOINT: endpoint } = readConfig(
    { STORAGE_S3_ENDPOINT: z.url().optional() },
    given,
  );
  if (endpoint === undefined) return partStore;
  const config = readConfig(s3Settings, given);
  return readingBoth(
    s3Store({
      endpoint,
      bucket: config.STORAGE_S3_BUCKET,
      region: config.STORAGE_S3_REGION,
      accessKeyId: config.STORAGE_S3_ACCESS_KEY_ID,
      secretAccessKey: config.STORAGE_S3_SECRET_ACCESS_KEY,
      timeoutMs: config.STORAGE_S3_TIMEOUT_MS,
    }),
  );
}
