import type { KeptClusterOptions } from '../database/database.ts';

type ClusterSettings = {
  readonly MYSQL_NODES: KeptClusterOptions['nodes'];
  readonly MYSQL_CLUSTER?: string | undefined;
  readonly NATS_URL: string;
};

/** Which servers there are, and where their keeper writes down which one takes writes. */
export const clusterOf = ({
  MYSQL_NODES: nodes,
  MYSQL_CLUSTER: cluster,
  NATS_URL: url,
}: ClusterSettings): Pick<KeptClusterOptions, 'nodes' | 'record'> =>
  cluster ? { nodes, record: { servers: url.split(','), cluster } } : { nodes };
