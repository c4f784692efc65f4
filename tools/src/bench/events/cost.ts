import { idToBytes, newId } from '@crm/kit/id';
import { writeAudit } from '@crm/kit/record/audit';
import { record } from '@crm/kit/event/outbox';
import { moved } from '../../faults/events/probe.ts';
import type { GraphClient } from '../../graph-client.ts';
import { newMark, rename, writeCustomers } from '../feed/customers.ts';
import { atMost, shown, type Row } from '../measurement.ts';
import { percentile } from '../../subscribers/latency.ts';
import type { Outbox } from './outbox.ts';

const times = 500;
const warmUps = 100;

/**
 * What the outbox row and the audit row take of a write: the same transaction with and without them,
 * in turn, beside an update through the graph.
 */
export async function measureCost(graph: GraphClient, outbox: Outbox): Promise<readonly Row[]> {
  const [customerId = ''] = await writeCustomers(graph, newMark(), { count: 1, turn: 0 });
  const [bare, told, update]: [number[], number[], number[]] = [[], [], []];
  for (let turn = 1; turn <= warmUps + times; turn += 1) {
    bare.push(await timed(() => write(outbox, customerId)));
    told.push(await timed(() => write(outbox, customerId, turn)));
  }
  // Not in between: what an update sets going takes from the transaction after it.
  for (let turn = 1; turn <= warmUps + times; turn += 1) {
    update.push(await timed(() => rename(graph, customerId, turn)));
  }
  const costMs = median(told) - median(bare);
  return [
    shown({ id: 'events.cost.outbox and audit', value: costMs, unit: 'ms' }),
    shown({ id: 'events.cost.update', value: median(update), unit: 'ms' }),
    atMost(12, { id: 'events.cost', value: (100 * costMs) / median(update), unit: '%' }),
  ];
}

const median = (values: readonly number[]): number => percentile(values.slice(warmUps), 0.5);

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

/** As a command does: locks the record, changes it, and tells of it when a turn is given. */
const write = ({ db }: Outbox, customerId: string, turn?: number): Promise<void> =>
  db.transaction(async (manager) => {
    const id = idToBytes(customerId);
    await manager.query('SELECT * FROM customer WHERE id = ? FOR UPDATE', [id]);
    await manager.query('UPDATE customer SET phone = ? WHERE id = ?', [
      String(performance.now()).slice(0, 20),
      id,
    ]);
    if (turn === undefined) return;
    const probe = newId();
    await record(manager, moved(probe, 1));
    await writeAudit(manager, [
      {
        entity: 'Probe',
        entityId: probe,
        version: 1,
        action: 'UPDATE',
        changes: { amount: { from: 0, to: turn } },
        at: new Date(),
        byStaffId: null,
        bySubject: 'bench',
        requestId: probe,
      },
    ]);
  });
