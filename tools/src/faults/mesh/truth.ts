import { z } from 'zod';
import { until } from '../../mesh/wait.ts';
import type { Truth } from '../ledger.ts';
import { sql, writerOf, type MeshStage, type SqlRow } from './stage.ts';
import { operationOf, type Traffic } from './traffic.ts';

/** What the surviving source holds of a traffic's writes, and of what was told of them. */
export async function readTruth(stage: MeshStage, { mark, customerIds }: Traffic): Promise<Truth> {
  const writer = await writerOf(stage);
  const ask = (statement: string): Promise<readonly SqlRow[]> => sql(stage, writer, statement);
  const ids = customerIds.map((id) => `UUID_TO_BIN('${id}')`).join(', ');
  const written = await ask(
    `SELECT note, COUNT(*) AS times FROM (
       SELECT note FROM crm_customers.salesOrder
       UNION ALL
       SELECT changes->>'$.name.to' FROM crm_customers.audit
       WHERE entity = 'Customer' AND entityId IN (${ids})
     ) AS written WHERE note LIKE '${mark} %' GROUP BY note`,
  );
  const [told] = await ask(
    `SELECT COUNT(*) AS count FROM crm_customers.outbox
     LEFT JOIN crm_customers.salesOrder ON salesOrder.id = outbox.aggregateId
     WHERE outbox.type = 'order.recorded' AND note LIKE '${mark} %'
       OR outbox.type = 'customer.updated' AND outbox.aggregateId IN (${ids})
         AND outbox.payload->>'$.data.changes.name.to' LIKE '${mark} %'`,
  );
  return {
    applied: new Map(
      written.map((row) => [operationOf(String(row['note'])), Number(row['times'])]),
    ),
    counted: Number(told?.['count']),
  };
}

const summarySchema = z.object({
  customer: z.object({
    transactionSummary: z.object({
      orderCount: z.number(),
      orderAmount: z.object({ amount: z.string() }),
    }),
  }),
});

const summary = `query ($id: ID!) { customer(id: $id) {
  transactionSummary { orderCount orderAmount { amount } } } }`;

const drainMsMax = 30_000;

/** Customers whose figures in analytics are not those of their orders, once events have come through. */
export async function countWrongFigures(stage: MeshStage, traffic: Traffic): Promise<number> {
  const right = await figuresOfOwner(stage, traffic);
  let wrong = traffic.customerIds.length;
  await until(
    async () => {
      wrong = 0;
      for (const id of traffic.customerIds) {
        const shown = await figuresShown(stage, id);
        if (shown !== (right.get(id) ?? '0 0.00')) wrong += 1;
      }
      return wrong === 0;
    },
    { forMs: drainMsMax, everyMs: 500 },
  );
  return wrong;
}

async function figuresShown({ graph }: MeshStage, id: string): Promise<string> {
  const { customer } = await graph.ask(summarySchema, summary, { variables: { id } });
  const { orderCount, orderAmount } = customer.transactionSummary;
  return `${orderCount} ${Number(orderAmount.amount).toFixed(2)}`;
}

async function figuresOfOwner(
  stage: MeshStage,
  { mark }: Traffic,
): Promise<ReadonlyMap<string, string>> {
  const rows = await sql(
    stage,
    await writerOf(stage),
    `SELECT BIN_TO_UUID(customerId) AS id, COUNT(*) AS count, SUM(amountAmount) AS amount
     FROM crm_customers.salesOrder WHERE note LIKE '${mark} %' GROUP BY customerId`,
  );
  return new Map(
    rows.map((row) => [
      String(row['id']),
      `${Number(row['count'])} ${Number(row['amount']).toFixed(2)}`,
    ]),
  );
}
