import { EventEmitter } from 'node:events';
import { closeAccess, openAccess, type Access } from './access.ts';
import type { Cluster } from './cluster.ts';
import type { Answer, Parameters, SessionOptions } from './connection.ts';
import { execute } from './execute.ts';
import { sweepMarkers } from './marker.ts';
import type { AccessOptions } from './options.ts';
import { createSession, endSession } from './session.ts';
import { streamingQuery, type StreamingQuery } from './stream.ts';

type Callback<Value> = (error: Error | null, value?: Value) => void;

/** The part of mysql2's connection that TypeORM uses. */
export type VirtualConnection = EventEmitter & {
  readonly promise: () => {
    readonly query: (
      sql: string | { readonly sql: string },
      parameters?: Parameters,
    ) => Promise<[Answer, undefined]>;
  };
  readonly query: (sql: string, parameters?: Parameters) => StreamingQuery;
  readonly release: () => void;
};

/** The part of the mysql2 module that TypeORM uses. */
export type Driver = {
  readonly createPool: (options: SessionOptions) => VirtualPool;
  readonly createPoolCluster: () => VirtualPoolCluster;
};

type VirtualPool = {
  readonly getConnection: (callback: Callback<VirtualConnection>) => void;
  readonly end: (callback?: Callback<void>) => void;
};

type VirtualPoolCluster = {
  readonly add: (name: string, options: SessionOptions) => void;
  readonly getConnection: (pattern: string, callback: Callback<VirtualConnection>) => void;
  readonly end: (callback?: Callback<void>) => void;
};

/**
 * What to give TypeORM as `driver`. With `replication: { master, slaves: [the same] }` beside it,
 * TypeORM tells which statements any server may answer.
 */
export function failoverDriver(cluster: Cluster, options: Partial<AccessOptions> = {}): Driver {
  return {
    createPool: (session) => {
      const access = start(cluster, session, options);
      return {
        getConnection: (callback) => give(access, false, callback),
        end: (callback) => stop(access, callback),
      };
    },
    createPoolCluster: () => {
      let access: Started | null = null;
      return {
        add: (_, session) => {
          // Master and slaves differ in what they are used for only: one set of credentials.
          access ??= start(cluster, session, options);
        },
        getConnection: (pattern, callback) => {
          if (access) give(access, pattern.startsWith('SLAVE'), callback);
          else callback(new Error('No credentials were added'));
        },
        end: (callback) => {
          if (access) stop(access, callback);
          else callback?.(null);
        },
      };
    },
  };
}

type Started = { readonly access: Access; readonly sweeper: NodeJS.Timeout };

const sweepEveryMs = 600_000;

function start(
  cluster: Cluster,
  session: SessionOptions,
  options: Partial<AccessOptions>,
): Started {
  const access = openAccess(cluster, sessionOf(session), options);
  const sweep = (): void => {
    // Some other process sweeps when this one cannot.
    if (access.options.usesMarker) sweepMarkers(access).catch(() => undefined);
  };
  const sweeper = setInterval(sweep, sweepEveryMs * (0.5 + Math.random()));
  sweeper.unref();
  return { access, sweeper };
}

/** TypeORM hands over everything it was told; addresses and pool sizes are ours to decide. */
function sessionOf(given: SessionOptions): SessionOptions {
  const { user, password, database, charset, timezone, ssl } = given;
  const { supportBigNumbers, bigNumberStrings, dateStrings, stringifyObjects } = given;
  const credentials = { user, password, database, charset, timezone, ssl };
  const formats = { supportBigNumbers, bigNumberStrings, dateStrings, stringifyObjects };
  const known = Object.entries({ ...credentials, ...formats });
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}

function give(
  { access }: Started,
  wantsReplica: boolean,
  callback: Callback<VirtualConnection>,
): void {
  queueMicrotask(() => callback(null, virtualConnection(access, wantsReplica)));
}

function stop({ access, sweeper }: Started, callback?: Callback<void>): void {
  clearInterval(sweeper);
  closeAccess(access);
  callback?.(null);
}

export function virtualConnection(access: Access, wantsReplica: boolean): VirtualConnection {
  const session = createSession(access, wantsReplica);
  const api = {
    query: async (
      sql: string | { readonly sql: string },
      parameters?: Parameters,
    ): Promise<[Answer, undefined]> => {
      const text = typeof sql === 'string' ? sql : sql.sql;
      return [await execute(session, text, parameters), undefined];
    },
  };
  return Object.assign(new EventEmitter(), {
    promise: () => api,
    query: (sql: string, parameters?: Parameters) =>
      streamingQuery(access, { sql, parameters, preference: access.options.readPreference }),
    release: () => endSession(session),
  });
}
