import { z } from 'zod';
import { parseGtidSet, unionGtids, type GtidSet } from '../gtid.ts';

/** What a server says of itself. */
export type View = {
  readonly uuid: string;
  /** When its process started, by its own clock: the same number until it starts again. */
  readonly startedAt: number;
  readonly isReadOnly: boolean;
  readonly isOffline: boolean;
  readonly gtids: GtidSet;
  /** Executed, or received and sure to be executed. */
  readonly held: GtidSet;
  readonly waitsForAcknowledgement: boolean;
  readonly synchronousReplicas: number;
  readonly receiver: 'ON' | 'OFF' | 'CONNECTING' | null;
  readonly isApplying: boolean;
  /** Whom it receives from, by UUID and by address. */
  readonly sourceUuid: string | null;
  readonly sourceAddress: string | null;
  /** Changes whenever it hears of its source. */
  readonly heard: string;
  /** How often its source speaks when there is nothing to tell, in milliseconds. */
  readonly heartbeatMs: number;
};

/** A view and how long ago, by the keeper's own monotonic clock, the server last heard of its source. */
export type TimedView = View & { readonly quietMs: number };

const rowSchema = z.object({
  uuid: z.string(),
  startedAt: z.coerce.number(),
  isReadOnly: z.coerce.number(),
  isOffline: z.coerce.number(),
  gtids: z.string(),
  received: z.string().nullable(),
  semiSync: z.coerce.number(),
  replicas: z.coerce.number(),
  receiver: z.enum(['ON', 'OFF', 'CONNECTING']).nullable(),
  applier: z.string().nullable(),
  sourceUuid: z.string().nullable(),
  sourceAddress: z.string().nullable(),
  heartbeats: z.coerce.number().nullable(),
  lastQueued: z.string().nullable(),
  heartbeatSeconds: z.coerce.number().nullable(),
});

/** One round trip, without locks, and light enough to be asked several times a second. */
export const viewSql = `SELECT @@server_uuid uuid,
  UNIX_TIMESTAMP() - (SELECT variable_value FROM performance_schema.global_status
    WHERE variable_name = 'Uptime') startedAt,
  @@global.super_read_only isReadOnly,
  @@global.offline_mode isOffline,
  @@global.gtid_executed gtids,
  @@global.rpl_semi_sync_source_enabled semiSync,
  (SELECT variable_value FROM performance_schema.global_status
    WHERE variable_name = 'Rpl_semi_sync_source_clients') replicas,
  status.service_state receiver,
  status.source_uuid sourceUuid,
  status.received_transaction_set received,
  status.count_received_heartbeats heartbeats,
  status.last_queued_transaction lastQueued,
  CONCAT(configuration.host, ':', configuration.port) sourceAddress,
  configuration.heartbeat_interval heartbeatSeconds,
  (SELECT service_state
    FROM performance_schema.replication_applier_status WHERE channel_name = '') applier
FROM (SELECT 1) always
LEFT JOIN performance_schema.replication_connection_status status ON status.channel_name = ''
LEFT JOIN performance_schema.replication_connection_configuration configuration
  ON configuration.channel_name = ''`;

export function readView(row: unknown): View {
  const said = rowSchema.parse(row);
  const gtids = parseGtidSet(said.gtids);
  return {
    uuid: said.uuid,
    startedAt: said.startedAt,
    isReadOnly: said.isReadOnly !== 0,
    isOffline: said.isOffline !== 0,
    gtids,
    held: unionGtids(gtids, parseGtidSet(said.received ?? '')),
    waitsForAcknowledgement: said.semiSync !== 0,
    synchronousReplicas: said.replicas,
    receiver: said.receiver,
    isApplying: said.applier === 'ON',
    sourceUuid: said.sourceUuid === '' ? null : said.sourceUuid,
    sourceAddress: said.sourceAddress,
    heard: `${said.heartbeats} ${said.lastQueued}`,
    heartbeatMs: (said.heartbeatSeconds ?? 0) * 1000,
  };
}
