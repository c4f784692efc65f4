import { once } from 'node:events';
import { WebSocket } from 'ws';
import { sleep } from '../../mesh/wait.ts';

/** What a hostile client does on a connection, and the code with which that has to end. */
export type Attack = {
  readonly what: string;
  readonly code: number;
  /** Whether it has said who it is before. */
  readonly isIdentified?: boolean;
  readonly act: (socket: WebSocket) => void | Promise<void>;
};

const say = (socket: WebSocket, message: object): void => socket.send(JSON.stringify(message));

const subscribe = (socket: WebSocket, id: number): void =>
  say(socket, {
    id: String(id),
    type: 'subscribe',
    payload: { query: 'subscription { changes { kind } }' },
  });

const times = (count: number, act: (at: number) => void): void => {
  for (let at = 0; at < count; at += 1) act(at);
};

const floodMsMax = 5000;

/** About 1 MB/s in control frames, the largest of which hold 125 bytes. */
async function flood(socket: WebSocket, send: (data: string) => void): Promise<void> {
  const endsAt = performance.now() + floodMsMax;
  while (socket.readyState === socket.OPEN && performance.now() < endsAt) {
    times(80, () => send('x'.repeat(125)));
    await sleep(10);
  }
}

export const attacks: readonly Attack[] = [
  {
    what: '500 subscriptions',
    code: 4429,
    isIdentified: true,
    act: (socket) => times(500, (at) => subscribe(socket, at)),
  },
  {
    what: 'a subscription before it says who it is',
    code: 4401,
    act: (socket) => subscribe(socket, 1),
  },
  {
    what: 'a message over 60 KiB',
    code: 1009,
    isIdentified: true,
    act: (socket) => socket.send(JSON.stringify({ type: 'ping', payload: 'x'.repeat(61 * 1024) })),
  },
  {
    what: 'a message over 60 KiB in pieces',
    code: 1009,
    isIdentified: true,
    act: (socket) => times(100, () => socket.send('x'.repeat(1024), { fin: false })),
  },
  {
    what: 'a message in a thousand pieces',
    code: 1008,
    act: (socket) => times(1000, () => socket.send(' ', { fin: false })),
  },
  {
    what: 'a second connection_init',
    code: 4429,
    isIdentified: true,
    act: (socket) => say(socket, { type: 'connection_init' }),
  },
  {
    what: 'an unknown type',
    code: 4400,
    isIdentified: true,
    act: (socket) => say(socket, { type: 'start' }),
  },
  {
    what: 'binary frames',
    code: 1003,
    isIdentified: true,
    act: (socket) => socket.send(Buffer.from('{"type":"ping"}'), { binary: true }),
  },
  {
    what: 'invalid UTF-8',
    code: 1007,
    act: (socket) => socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false }),
  },
  { what: 'invalid JSON', code: 4400, act: (socket) => socket.send('{"type":') },
  {
    what: '1 MB of pings a second',
    code: 4429,
    isIdentified: true,
    act: (socket) => flood(socket, (data) => socket.ping(data)),
  },
  {
    what: '1 MB of pongs a second',
    code: 4429,
    isIdentified: true,
    act: (socket) => flood(socket, (data) => socket.pong(data)),
  },
];

const answerMsMax = 10_000;

/** Gives the code with which the connection was closed; 0 when it was not. */
export async function attack(
  url: string,
  token: string,
  { isIdentified, act }: Attack,
): Promise<number> {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').then(([code]) => Number(code));
  await Promise.race([once(socket, 'open'), closed]);
  if (isIdentified) {
    say(socket, { type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    await Promise.race([once(socket, 'message'), closed]);
  }
  await act(socket);
  const code = await Promise.race([closed, sleep(answerMsMax).then(() => 0)]);
  socket.terminate();
  return code;
}
