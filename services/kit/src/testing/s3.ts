import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { S3Settings } from '../storage/s3-store.ts';

export type TestS3 = {
  readonly settings: S3Settings;
  /** The names of what is in the bucket. */
  readonly names: () => readonly string[];
  readonly stop: () => Promise<void>;
};

const serverSchema = z.object({
  run: z.custom<() => Promise<{ readonly port: number }>>(),
  close: z.custom<() => Promise<void>>(),
});

const bucket = 'documents';

/** A server that speaks S3, on a free port. It knows its accounts, but takes any signature of them. */
export async function startS3(): Promise<TestS3> {
  // @ts-expect-error The package has no types.
  const { default: S3rver }: { default: new (options: object) => object } = await import('s3rver');
  const directory = mkdtempSync(join(tmpdir(), 's3-'));
  const made = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket }],
  });
  const { run, close } = serverSchema.parse({
    run: () => Reflect.apply(Reflect.get(made, 'run'), made, []),
    close: () => Reflect.apply(Reflect.get(made, 'close'), made, []),
  });
  const { port } = await run();
  return {
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      bucket,
      region: 'us-east-1',
      accessKeyId: 'S3RVER',
      secretAccessKey: 'S3RVER',
      timeoutMs: 5000,
    },
    names: () => readdirSync(join(directory, bucket)),
    stop: async () => {
      await close();
      rmSync(directory, { recursive: true });
    },
  };
}
