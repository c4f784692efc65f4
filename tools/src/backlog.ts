import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import type { Mesh } from './mesh/mesh.ts';
import { services } from './mesh/services.ts';
import { sleep } from './mesh/wait.ts';

/** Events that are recorded and have not had their effect yet. */
export type Backlog = {
  /** In the outboxes of all services. */
  readonly unpublished: number;
  /** In the stream, for the slowest of the services that listen. Gateways keep readers of their own there. */
  readonly unapplied: number;
};

const everyMs = 100;

/** Waits until every event of the mesh is published and applied. Gives how long that took. */
export async function untilCaughtUp(
  mesh: Mesh,
  onLook: (backlog: Backlog) => void = () => undefined,
): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const backlog = { unpublished: await unpublished(mesh), unapplied: await unapplied(mesh) };
    onLook(backlog);
    if (backlog.unpublished + backlog.unapplied === 0) return performance.now() - startedAt;
    await sleep(everyMs);
  }
}

export async function unpublished(mesh: Mesh): Promise<number> {
  const counts = await Promise.all(services.map((service) => countUnpublished(mesh, service)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function countUnpublished({ ports, secrets }: Mesh, service: string): Promise<number> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port: ports['mysql-a'],
    user: service,
    password: secrets.mysql[service] ?? '',
    database: `crm_${service}`,
  });
  try {
    const [[row]] = await connection.query<RowDataPacket[]>(
      'SELECT COUNT(*) AS count FROM outbox WHERE publishedSeq IS NULL',
    );
    return Number(row?.['count']);
  } finally {
    connection.destroy();
  }
}

const streamsSchema = z.object({
  account_details: z
    .array(
      z.object({
        stream_detail: z.array(
          z.object({
            consumer_detail: z
              .array(
                z.object({
                  name: z.string(),
                  num_pending: z.number(),
                  num_ack_pending: z.number(),
                }),
              )
              .default([]),
          }),
        ),
      }),
    )
    .default([]),
});

async function unapplied({ ports }: Mesh): Promise<number> {
  const url = `http://127.0.0.1:${ports['nats-monitor']}/jsz?consumers=true`;
  const { account_details: accounts } = streamsSchema.parse(await (await fetch(url)).json());
  const names: readonly string[] = services;
  const consumers = accounts
    .flatMap(({ stream_detail: streams }) => streams)
    .flatMap(({ consumer_detail: details }) => details)
    .filter(({ name }) => names.includes(name));
  return Math.max(0, ...consumers.map((each) => each.num_pending + each.num_ack_pending));
}
