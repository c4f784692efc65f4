import { on, type Consumer } from '@crm/kit/event/consumer';
import { defineEvent, type EventType, type NewEvent } from '@crm/kit/event/event';
import { idToBytes, newId } from '@crm/kit/id';
import { kitMigrations } from '@crm/kit/migrations/index';
import { migration, type Migration } from '@crm/kit/database/migration';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';

/** An aggregate that knows nothing but a number, and what was changed in it. */
const data = z.object({ amount: z.number().int() });

export type ProbeData = z.infer<typeof data>;

export const ProbeMoved: EventType<ProbeData> = defineEvent('probe.moved', data);

/** What a later release tells, which one that is not yet replaced does not understand. */
export const ProbeMovedV2: EventType<ProbeData> = defineEvent('probe.moved', data, {
  schemaVersion: 2,
});

/** What a consumer makes of probes: their state, and how often each event was applied. */
const createProbe = migration('CreateProbe_1795600000000', {
  up: [
    `CREATE TABLE probe (
      id BINARY(16) NOT NULL PRIMARY KEY,
      version INT UNSIGNED NOT NULL,
      total BIGINT NOT NULL
    )`,
    `CREATE TABLE probeEvent (
      id BINARY(16) NOT NULL PRIMARY KEY,
      times INT UNSIGNED NOT NULL
    )`,
  ],
  down: ['DROP TABLE probeEvent', 'DROP TABLE probe'],
});

export const probeMigrations: readonly Migration[] = [...kitMigrations, createProbe];

type Handled = { readonly aggregateId: string; readonly version: number; readonly eventId: string };

/** Adds amounts up, so that one that is applied twice or not at all shows. */
export const probeConsumer = (
  types: readonly EventType<ProbeData>[],
  before: () => Promise<void> | void = () => undefined,
): Consumer =>
  on(types, async (manager, event) => {
    await before();
    await applyProbe(manager, event, event.data.amount);
  });

async function applyProbe(
  manager: EntityManager,
  { aggregateId, version, eventId }: Handled,
  amount: number,
): Promise<void> {
  await manager.query(
    `INSERT INTO probe (id, version, total) VALUES (?, ?, ?) AS fresh
     ON DUPLICATE KEY UPDATE version = fresh.version, total = probe.total + fresh.total`,
    [idToBytes(aggregateId), version, amount],
  );
  await manager.query(
    `INSERT INTO probeEvent (id, times) VALUES (?, 1)
     ON DUPLICATE KEY UPDATE times = times + 1`,
    [idToBytes(eventId)],
  );
}

/** Ids of new probes. */
export const newProbes = (count: number): readonly string[] => Array.from({ length: count }, newId);

export const moved = (
  aggregateId: string,
  version: number,
  type: EventType<ProbeData> = ProbeMoved,
): NewEvent<ProbeData> => ({
  type,
  aggregateId,
  version,
  customerId: null,
  actor: null,
  changedFields: ['amount'],
  data: { amount: version },
});
