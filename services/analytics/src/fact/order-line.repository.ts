import { idToBytes } from '@crm/kit/id';
import { z } from 'zod';
import type { EntityManager } from 'typeorm';
import type { State } from '@crm/kit/projection/state';

const orderSchema = z.object({
  customerId: z.string(),
  orderedOn: z.string(),
  salespersonId: z.string().nullable(),
  amount: z.object({ currency: z.string() }),
  lines: z.array(
    z.object({ productId: z.string().nullable(), quantity: z.string(), amount: z.string() }),
  ),
});

const columns = [
  'orderId',
  'line',
  'version',
  'updatedAt',
  'deletedAt',
  'customerId',
  'orderedOn',
  'productId',
  'quantity',
  'amountAmount',
  'amountCurrency',
  'salespersonId',
] as const;

const isNewer = 'fresh.version > orderLineFact.version';

const rowsPerStatement = 1000;

/** Writes the lines of the newest states of orders, and takes away those that an order has no more. */
export async function saveOrderLines(
  manager: EntityManager,
  states: readonly State[],
): Promise<void> {
  const newest = new Map(
    states
      .toSorted((one, other) => one.event.version - other.event.version)
      .map((state) => [state.event.aggregateId, state]),
  );
  const rows = [...newest.values()]
    .flatMap(rowsOf)
    .toSorted((one, other) => one[0].compare(other[0]));
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    await manager.query(
      `INSERT INTO orderLineFact (${columns.join(', ')}) VALUES ? AS fresh
       ON DUPLICATE KEY UPDATE ${columns
         .slice(3)
         .map((name) => `${name} = IF(${isNewer}, fresh.${name}, orderLineFact.${name})`)
         .join(', ')}, version = GREATEST(orderLineFact.version, fresh.version)`,
      [rows.slice(at, at + rowsPerStatement)],
    );
  }
  // A new order has no lines of before.
  const changed = [...newest.values()].filter(({ event }) => event.version > 1);
  if (changed.length === 0) return;
  await manager.query(
    `DELETE l FROM orderLineFact l JOIN orderFact o ON o.id = l.orderId
     WHERE l.orderId IN (?) AND l.version < o.version`,
    [changed.map(({ event }) => idToBytes(event.aggregateId))],
  );
}

function rowsOf({ event, values, isEnded }: State): (readonly [Buffer, ...unknown[]])[] {
  const order = orderSchema.parse(values);
  const at = new Date(event.occurredAt);
  const id = idToBytes(event.aggregateId);
  return order.lines.map(({ productId, quantity, amount }, line) => [
    id,
    line + 1,
    event.version,
    at,
    isEnded ? at : null,
    idToBytes(order.customerId),
    order.orderedOn,
    bytesOf(productId),
    quantity,
    amount,
    order.amount.currency,
    bytesOf(order.salespersonId),
  ]);
}

const bytesOf = (id: string | null): Buffer | null => (id === null ? null : idToBytes(id));
