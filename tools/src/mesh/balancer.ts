import { connect, createServer, type Socket } from 'node:net';
import { answers } from './http-ready.ts';

/**
 * One port for several instances, as a load balancer has it in production: each new connection goes
 * to the next instance that is ready, so that a release drops none.
 */
const probeEveryMs = 200;

type Route = { readonly port: number; readonly backends: readonly number[] };

const routes = (process.env['BALANCER_ROUTES'] ?? '').split(' ').map((text): Route => {
  const [port, backends = ''] = text.split('=');
  return { port: Number(port), backends: backends.split(',').map(Number) };
});

const ready = new Set<number>();

async function probe(port: number): Promise<void> {
  if (await answers(`http://127.0.0.1:${port}/readyz`)) ready.add(port);
  else ready.delete(port);
  setTimeout(() => void probe(port), probeEveryMs);
}

function listen({ port, backends }: Route): void {
  let turn = 0;
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => {
    turn += 1;
    const inTurn = backends.map((_, index) => backends[(turn + index) % backends.length] ?? 0);
    forward(
      client,
      inTurn.filter((backend) => ready.has(backend)),
    );
  });
  server.listen(port, '127.0.0.1');
}

/** Tries the next instance while none has taken a byte. */
function forward(client: Socket, [backend, ...others]: readonly number[]): void {
  if (backend === undefined) {
    client.destroy();
    return;
  }
  const upstream = connect({ port: backend, host: '127.0.0.1', allowHalfOpen: true });
  upstream.once('connect', () => {
    join(client, upstream);
    upstream.off('error', refused);
  });
  const refused = (): void => forward(client, others);
  upstream.once('error', refused);
}

function join(client: Socket, upstream: Socket): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.setNoDelay(true);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroySoon());
    from.pipe(to);
  }
  client.resume();
}

for (const route of routes) {
  for (const backend of route.backends) void probe(backend);
  listen(route);
}
process.once('SIGTERM', () => process.exit(0));
