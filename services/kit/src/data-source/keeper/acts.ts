import { formatGtidSet, type GtidSet } from '../gtid.ts';
import { sleep } from '../time.ts';
import { errorNumber, isLost } from '../errors.ts';
import { withHands, type Agent, type Hands } from './agent.ts';
import type { View } from './view.ts';

/** Held by whoever opens a server, or changes what its commits wait for, on the connection that does. */
const promotionLock = 'ha.promotion';

/** Held by whoever closes a server, for as long as that waits to take effect. */
const closingLock = 'ha.closing';

/**
 * Makes sure that no keeper but this one can still do so. One that was paused in the middle finds
 * its connection killed when it goes on.
 */
export const takePromotionLock = (hands: Hands): Promise<void> => takeLock(hands, promotionLock);

/** Ends whoever holds it: the lock is free only once the statement in hand there has ended too. */
async function takeLock(hands: Hands, lock: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { isMine } = await hands.ask('SELECT GET_LOCK(?, 0) isMine', [lock]);
    if (Number(isMine) === 1) return;
    const { holder } = await hands.ask('SELECT IS_USED_LOCK(?) holder', [lock]);
    if (holder !== null) await hands.do(`KILL ${Number(holder)}`).catch(ignoreUnkillable);
    await sleep(20);
  }
  throw new Error(`Another connection holds ${lock} and cannot be ended`);
}

/** It is gone already (1094), or it is a system account's, which offline_mode lets in too (1227). */
const unkillable: ReadonlySet<number | null> = new Set([1094, 1095, 1227]);

function ignoreUnkillable(error: unknown): void {
  if (!unkillable.has(errorNumber(error))) throw error;
}

/** Whether commits on this server wait until a replica has them. */
export const waitForAcknowledgement = (hands: Hands, isOn: boolean): Promise<void> =>
  hands.do(`SET GLOBAL rpl_semi_sync_source_enabled = ${isOn ? 'ON' : 'OFF'}`);

export async function isWaitingForAcknowledgement(hands: Hands): Promise<boolean> {
  const { isOn } = await hands.ask('SELECT @@global.rpl_semi_sync_source_enabled isOn');
  return Number(isOn) === 1;
}

/** Lets a server take writes. The caller holds the promotion lock and has checked the record. */
export async function open(hands: Hands, waits: boolean): Promise<void> {
  // A close that was given up waits on in the server: it must not take effect after this.
  await takeLock(hands, closingLock);
  await waitForAcknowledgement(hands, waits);
  await hands.do('SET GLOBAL offline_mode = OFF');
  await hands.do('SET GLOBAL super_read_only = OFF');
  await hands.do('SET GLOBAL read_only = OFF');
}

/**
 * Closes a server that took writes and that nobody waits for. The order matters: a commit that
 * waits for its acknowledgement blocks super_read_only, and is released as committed when waiting is
 * switched off. So nobody may be left to take its OK for a promise: first no new clients, then no
 * old ones, then the rest.
 */
export async function fence(agent: Agent): Promise<number> {
  return withHands(agent, async (hands) => {
    await takePromotionLock(hands);
    const killed = await sendClientsAway(hands, agent);
    const closing = shut(agent);
    closing.catch(() => undefined);
    await sleep(20);
    await waitForAcknowledgement(hands, false);
    await closing;
    await hands.do('SET GLOBAL offline_mode = OFF');
    return killed;
  });
}

/**
 * Closes a writer once every commit under way has its acknowledgement. Its clients go first: two of
 * them can hold each other up for as long as a row lock may take, one with a statement that waits
 * for a row and so blocks super_read_only, the other with that row and a next statement that
 * super_read_only, while it waits, does not let in. The caller holds the promotion lock.
 */
export async function close(hands: Hands, agent: Agent): Promise<void> {
  await sendClientsAway(hands, agent);
  await shut(agent);
  await hands.do('SET GLOBAL offline_mode = OFF');
}

/** Makes a server read-only. Should this wait for too long, `open` ends it. */
export const shut = (agent: Agent, timeoutMs?: number): Promise<void> =>
  withHands(agent, async (hands) => {
    await takeLock(hands, closingLock);
    await hands.do('SET GLOBAL super_read_only = ON', [], timeoutMs);
  });

/** First no new clients, then no old ones. Gives how many there were. */
async function sendClientsAway(hands: Hands, agent: Agent): Promise<number> {
  // This ends most connections by itself, but not those of administrators.
  await hands.do('SET GLOBAL offline_mode = ON');
  return killClients(hands, agent.options.user);
}

async function killClients(hands: Hands, keeper: string): Promise<number> {
  const clients = await hands.list(
    `SELECT id FROM performance_schema.processlist
     WHERE user NOT IN ('system user', 'event_scheduler', ?) AND command NOT LIKE 'Binlog Dump%'`,
    [keeper],
  );
  for (const { id } of clients) await hands.do(`KILL ${Number(id)}`).catch(ignoreUnkillable);
  return clients.length;
}

type Security = { readonly isOn: boolean; readonly caFile: string };

/** With a CA a source must show a certificate of it; without, the line is merely encrypted. */
const securityOf = ({ options }: Agent): Security => ({
  isOn: options.ssl !== undefined,
  caFile: (options.ssl && options.replication.caFile) ?? '',
});

/** Makes a replica of a server that holds nothing in excess. */
export async function follow(agent: Agent, writer: Agent): Promise<void> {
  const { replication } = agent.options;
  const { isOn, caFile } = securityOf(agent);
  await withHands(agent, async (hands) => {
    await hands.do('STOP REPLICA');
    await hands.do(
      `CHANGE REPLICATION SOURCE TO SOURCE_HOST = ?, SOURCE_PORT = ?, SOURCE_USER = ?,
         SOURCE_PASSWORD = ?, SOURCE_SSL = ${isOn ? 1 : 0}, SOURCE_SSL_CA = ?,
         GET_SOURCE_PUBLIC_KEY = 1,
         SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 86400,
         SOURCE_HEARTBEAT_PERIOD = ${agent.timing.heartbeatMs / 1000}`,
      [writer.node.host, writer.node.port, replication.user, replication.password, caFile],
    );
    await hands.do('SET GLOBAL super_read_only = ON');
    await hands.do('SET GLOBAL rpl_semi_sync_replica_enabled = ON');
    await hands.do('START REPLICA');
  });
}

/** Whether the writer still has every transaction in its binary logs that this server lacks. */
export async function canCatchUp(writer: Agent, gtids: GtidSet): Promise<boolean> {
  const { isPossible } = await withHands(writer, (hands) =>
    hands.ask('SELECT GTID_SUBSET(@@global.gtid_purged, ?) isPossible', [formatGtidSet(gtids)]),
  );
  return Number(isPossible) === 1;
}

const cloneMsMax = 6 * 3600 * 1000;
/** The server has what it was given and cannot start itself again: its supervisor does. */
const restartLeftToOthers = 3707;

/**
 * Gives a server a new copy of everything. It must take writes from the clone meanwhile, so
 * clients are kept out; the restart that ends the clone makes it read-only again.
 */
export async function clone(agent: Agent, donor: Agent): Promise<void> {
  const { replication } = agent.options;
  const { isOn, caFile } = securityOf(agent);
  await withHands(agent, async (hands) => {
    await hands.do('STOP REPLICA');
    if (caFile) await hands.do('SET GLOBAL clone_ssl_ca = ?', [caFile]);
    await hands.do('SET GLOBAL clone_valid_donor_list = ?', [
      `${donor.node.host}:${donor.node.port}`,
    ]);
    await sendClientsAway(hands, agent);
    await hands.do('SET GLOBAL super_read_only = OFF');
    await hands.do('SET GLOBAL read_only = OFF');
    await hands
      .do(
        `CLONE INSTANCE FROM ?@?:? IDENTIFIED BY ? ${isOn ? 'REQUIRE SSL' : ''}`,
        [replication.user, donor.node.host, donor.node.port, replication.password],
        cloneMsMax,
      )
      .catch(ignoreRestart);
  });
}

function ignoreRestart(error: unknown): void {
  if (errorNumber(error) !== restartLeftToOthers && !isLost(error)) throw error;
}

/** The real fence of a source that cannot be reached: nobody acknowledges its commits any more. */
export const stopReceiving = (agent: Agent): Promise<void> =>
  withHands(agent, (hands) => hands.do('STOP REPLICA IO_THREAD'));

export const startApplier = (agent: Agent): Promise<void> =>
  withHands(agent, (hands) => hands.do('START REPLICA SQL_THREAD'));

/** Why a replica stopped applying. */
export async function applierProblem(agent: Agent): Promise<string> {
  const { problem } = await withHands(agent, (hands) =>
    hands.ask(
      `SELECT MAX(last_error_message) problem
       FROM performance_schema.replication_applier_status_by_worker WHERE last_error_number > 0`,
    ),
  );
  return (typeof problem === 'string' ? problem : 'it does not say why').slice(0, 300);
}

/** Ends replication for good on a server that is about to be the source. */
export async function leaveReplication(hands: Hands): Promise<void> {
  await hands.do('STOP REPLICA');
  await hands.do('RESET REPLICA ALL');
}

/** Waits until a server has executed what it holds. False when that takes longer than `ms`. */
export async function drain(hands: Hands, held: View['held'], ms: number): Promise<boolean> {
  if (held.size === 0) return true;
  const { isLate } = await hands.ask(
    'SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?) isLate',
    [formatGtidSet(held), ms / 1000],
    ms + 1000,
  );
  return Number(isLate) === 0;
}
