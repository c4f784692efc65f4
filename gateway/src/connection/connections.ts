import { setTimeout as wait } from 'node:timers/promises';
import type { Viewer } from '@crm/kit/viewer';
import { connectionLimits as limits } from './connection-limits.ts';
import { createTurns } from './turns.ts';

/** A connection that stays open, whatever is spoken on it. */
export type OpenConnection = {
  /** Null until the client has said who it is. */
  readonly viewer: () => Viewer | null;
  /** Asks the client to come again, and resolves when it is gone. */
  readonly sendAway: () => Promise<void>;
};

/** All connections of this process that stay open. */
export type Connections = {
  /** Calls `begin` now or when it is its turn, or `refuse` when there is no room. */
  readonly admit: (arrival: Arrival) => void;
  readonly add: (connection: OpenConnection) => void;
  readonly delete: (connection: OpenConnection) => void;
  /** Whether the subject of a viewer has as many as it may have. */
  readonly hasMany: (viewer: Viewer) => boolean;
  /** Sends clients elsewhere, few at a time, so that they do not all come back at once. */
  readonly drain: () => Promise<void>;
};

export type Arrival = { readonly begin: () => void; readonly refuse: () => void };

export function createConnections(): Connections {
  const open = new Set<OpenConnection>();
  const turns = createTurns({
    atOnce: limits.acceptedAtOnce,
    everyMs: limits.acceptEveryMs,
    waitingMax: limits.waitingMax,
  });
  let isDraining = false;
  const isFull = (): boolean => isDraining || open.size >= limits.connectionsMax;

  return {
    admit: ({ begin, refuse }) => {
      const isTaken = !isFull() && turns.take(() => (isFull() ? refuse() : begin()));
      if (!isTaken) refuse();
    },
    add: (connection) => void open.add(connection),
    delete: (connection) => void open.delete(connection),
    hasMany: ({ subject }) =>
      [...open].filter(({ viewer }) => viewer()?.subject === subject).length >=
      limits.perSubjectMax,
    drain: async () => {
      isDraining = true;
      await sendAllAway(open);
    },
  };
}

async function sendAllAway(open: Set<OpenConnection>): Promise<void> {
  const waves = Math.ceil(limits.drainMsMax / limits.leaveEveryMs);
  const size = Math.max(limits.leavingAtOnce, Math.ceil(open.size / waves));
  const leaving: Promise<void>[] = [];
  while (open.size > 0) {
    for (const connection of [...open].slice(0, size)) {
      open.delete(connection);
      leaving.push(connection.sendAway());
    }
    await wait(limits.leaveEveryMs);
  }
  await Promise.all(leaving);
}

/** Resolves when something has ended by itself, or after the time that it may take. */
export const goodbye = (ended: Promise<unknown>): Promise<unknown> =>
  Promise.race([ended, wait(limits.goodbyeMs)]);
