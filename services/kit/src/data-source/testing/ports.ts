import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range that the system takes for outgoing connections, so a stopped server's stays free. */
const first = 20_000;
const last = 29_999;
const attemptsMax = 100;

/** A port that nobody listens on. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const port = randomInt(first, last);
    if (await isFree(port, host)) return port;
  }
  throw new Error(`No free port between ${first} and ${last}`);
}

const isFree = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
