import { Readable } from 'node:stream';
import { AwsClient } from 'aws4fetch';
import { request } from 'undici';
import { unavailable } from '../errors.ts';
import { stagedParts, type BlobStore } from './blob-store.ts';
import { partBytesMax } from './file-part.ts';

export type S3Settings = {
  /** Of the server, without the bucket: `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** How long an answer may take to begin. */
  readonly timeoutMs: number;
};

const prefix = 's3:';

/** A bucket of any server that speaks the protocol of S3, addressed by path. */
export function s3Store({ endpoint, bucket, timeoutMs, ...account }: S3Settings): BlobStore {
  const signer = new AwsClient({ ...account, service: 's3' });
  const urlOf = (key: string): string =>
    `${endpoint.replace(/\/$/, '')}/${bucket}/${key.slice(prefix.length)}`;

  /** Answers with one of `expected`; everything else is not available. */
  async function ask(
    key: string,
    { expected, method, body, headers = {} }: Asked,
  ): Promise<Buffer> {
    const signed = await signer.sign(urlOf(key), { method, headers });
    const answer = await request(signed.url, {
      method,
      headers: Object.fromEntries(signed.headers),
      body: body ?? null,
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(notAvailable);
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    if (expected.includes(answer.statusCode)) return bytes;
    // Nothing of what the store says goes to the client.
    return notAvailable(
      new Error(`status ${answer.statusCode}: ${bytes.toString().slice(0, 500)}`),
    );
  }

  return {
    keyOf: ({ id }) => `${prefix}${id}`,
    keep: async (manager, staged) => {
      await ask(`${prefix}${staged.id}`, {
        method: 'PUT',
        expected: [200],
        headers: {
          'content-type': staged.mimeType,
          'content-length': String(staged.size),
          // Known already, so the store refuses whatever is not these bytes.
          'x-amz-content-sha256': staged.sha256,
        },
        body: Readable.from(stagedParts(manager, staged)),
      });
      return { isCopied: true };
    },
    read: (_, key, at) => {
      const from = at * partBytesMax;
      const range = `bytes=${from}-${from + partBytesMax - 1}`;
      return ask(key, { method: 'GET', expected: [200, 206], headers: { range } });
    },
    remove: async (_, key) => {
      await ask(key, { method: 'DELETE', expected: [200, 204, 404] });
      return false;
    },
  };
}

type Asked = {
  readonly method: 'DELETE' | 'GET' | 'PUT';
  readonly expected: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable;
};

function notAvailable(cause: unknown): never {
  throw Object.assign(unavailable('The store of documents is not available'), { cause });
}
