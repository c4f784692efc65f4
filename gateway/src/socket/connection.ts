import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Viewer } from '@crm/kit/viewer';
import type { WebSocket } from 'ws';

export type Connection = {
  readonly socket: WebSocket;
  /** What the socket's frames are written to. */
  readonly stream: Duplex;
  readonly request: IncomingMessage;
  /** Null until the client has said who it is. */
  identified: { readonly viewer: Viewer; readonly expiry: NodeJS.Timeout } | null;
  subscriptions: number;
};
