import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DataSource } from 'typeorm';
import { type Cluster, isReadable, stalenessOf, writerOf } from '../data-source/cluster.ts';
import type { Node } from '../data-source/node.ts';
import type { Pool } from '../data-source/pool.ts';
import { readBacklog } from '../event/outbox.ts';
import type { Relay } from '../event/relay.ts';
import { send } from './http.ts';

type Labels = Readonly<Record<string, string>>;

export type Sample = { readonly labels?: Labels; readonly value: number };

export type Metric = {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly Sample[];
};

export type ReadMetrics = () => readonly Metric[] | Promise<readonly Metric[]>;

/** Answers `GET /metrics`; false when the request asks for something else. */
export async function answerMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  read: ReadMetrics,
): Promise<boolean> {
  if (request.method !== 'GET' || request.url !== '/metrics') return false;
  send(response, { status: 200, text: render(await read()), type: 'text/plain; version=0.0.4' });
  return true;
}

/** The text that Prometheus reads. Labels come from fixed sets, never from a request. */
const render = (metrics: readonly Metric[]): string =>
  metrics
    .flatMap(({ name, type, samples }) => [
      `# TYPE ${name} ${type}`,
      ...samples.map(({ labels = {}, value }) => `${name}${textOf(labels)} ${value}`),
    ])
    .concat('')
    .join('\n');

function textOf(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

/** What a service sees of the MySQL servers, and how often it had to step in for its callers. */
export function clusterMetrics(cluster: Cluster): readonly Metric[] {
  const writer = writerOf(cluster);
  const perNode = (name: string, value: (node: Node) => number): Metric =>
    gauge(
      `guanxi_mysql_${name}`,
      cluster.nodes.map((node) => ({ labels: { node: node.name }, value: value(node) })),
    );
  return [
    gauge('guanxi_mysql_term', [{ value: cluster.record?.term ?? 0 }]),
    perNode('up', (node) => Number(node.state === 'up')),
    perNode('writer', (node) => Number(node === writer)),
    perNode('readable', (node) => Number(isReadable(cluster, node))),
    perNode('stale_ms', (node) => finite(stalenessOf(cluster, node))),
    gauge('guanxi_mysql_connections', poolSamples(cluster)),
    {
      name: 'guanxi_mysql_interventions_total',
      type: 'counter',
      samples: Object.entries(cluster.counters).map(([kind, value]) => ({
        labels: { kind },
        value,
      })),
    },
  ];
}

/** What waits to be told to others, and whether it could be. */
export async function relayMetrics(
  db: DataSource,
  { isActive, isBlocked }: Relay,
): Promise<readonly Metric[]> {
  if (!isActive()) return [];
  const { events, oldestS } = await readBacklog(db);
  return [
    gauge('guanxi_events_waiting', [{ value: events }]),
    gauge('guanxi_events_waiting_seconds', [{ value: Math.round(oldestS) }]),
    gauge('guanxi_event_log_full', [{ value: Number(isBlocked()) }]),
  ];
}

export const gauge = (name: string, samples: readonly Sample[]): Metric => ({
  name,
  type: 'gauge',
  samples,
});

/** Prometheus knows this word for what is not known. */
const finite = (value: number): number => (Number.isFinite(value) ? Math.round(value) : NaN);

const poolSamples = (cluster: Cluster): readonly Sample[] =>
  [...cluster.pools].flatMap((pools) =>
    [...pools].flatMap(([node, { reads, writes }]) => [
      ...poolSample(node, 'read', reads),
      ...poolSample(node, 'write', writes),
    ]),
  );

const poolSample = (node: Node, pool: string, { idle, busy, waiting }: Pool): readonly Sample[] =>
  Object.entries({ idle: idle.length, busy: busy.size, waiting: waiting.size }).map(
    ([state, value]) => ({ labels: { node: node.name, pool, state }, value }),
  );
