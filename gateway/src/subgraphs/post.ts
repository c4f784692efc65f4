import type { Dispatcher, Pool } from 'undici';

export type Post = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly bytesMax: number;
};

/**
 * Sends a body and gives the answer's. It works on undici's dispatcher because a stream and a
 * headers object for each answer cost as much as the rest of the call.
 */
export const post = (
  pool: Pool,
  { path, headers, body, signal, bytesMax }: Post,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let controller: Dispatcher.DispatchController | undefined;

    const end = (error?: Error): void => {
      signal.removeEventListener('abort', onAbort);
      if (error) reject(error);
    };
    const onAbort = (): void => {
      const reason = reasonOf(signal);
      controller?.abort(reason);
      end(reason);
    };
    if (signal.aborted) {
      reject(reasonOf(signal));
      return;
    }
    signal.addEventListener('abort', onAbort);
    pool.dispatch(
      { path, method: 'POST', headers, body },
      {
        onRequestStart: (started) => {
          controller = started;
          if (signal.aborted) started.abort(reasonOf(signal));
        },
        onResponseData: (reading, chunk) => {
          length += chunk.length;
          if (length > bytesMax) reading.abort(new Error(`The answer exceeds ${bytesMax} bytes`));
          else chunks.push(chunk);
        },
        onResponseEnd: () => {
          end();
          resolve(textOf(chunks, length));
        },
        onResponseError: (_, error) => end(error),
      },
    );
  });

function textOf(chunks: readonly Buffer[], length: number): string {
  const [first] = chunks;
  const bytes = first && chunks.length === 1 ? first : Buffer.concat(chunks, length);
  return bytes.toString('utf8');
}

const reasonOf = (signal: AbortSignal): Error =>
  signal.reason instanceof Error ? signal.reason : new Error('aborted');
