import { createServer } from 'node:net';
import { portHolder } from './port-holder.ts';
import { UserError } from './say.ts';

const offsets = {
  gateway: 0,
  customers: 1,
  contacts: 2,
  care: 3,
  analytics: 4,
  competitors: 5,
  'mysql-a': 10,
  'mysql-b': 11,
  'mysql-a-admin': 12,
  'mysql-b-admin': 13,
  nats: 20,
  'nats-monitor': 21,
  keeper: 22,
  mail: 30,
  sms: 31,
  issuer: 32,
  'mail-page': 33,
} as const;

export type PortName = keyof typeof offsets;

/** Every port of a mesh, by what listens on it. */
export type Ports = Readonly<Record<PortName, number>>;

/** The range that one mesh takes, instances and all. */
export const portsPerMesh = 100;

/** Instances behind a balancer listen from here on, ten ports a round: 4045 is one that fetch refuses. */
const firstInstancePort = 50;

export const instancesMax = 5;

/** Where the link to a MySQL server listens, when there is one. */
export const linkPort = (ports: Ports, name: 'mysql-a' | 'mysql-b'): number => ports[name] + 4;

export function portsFrom(base: number): Ports {
  if (!Number.isInteger(base) || base < 1024 || base + portsPerMesh > 65_536) {
    throw new UserError(`GUANXI_PORT must be between 1024 and ${65_536 - portsPerMesh}.`);
  }
  const at = (name: PortName): number => base + offsets[name];
  return {
    gateway: at('gateway'),
    customers: at('customers'),
    contacts: at('contacts'),
    care: at('care'),
    analytics: at('analytics'),
    competitors: at('competitors'),
    'mysql-a': at('mysql-a'),
    'mysql-b': at('mysql-b'),
    'mysql-a-admin': at('mysql-a-admin'),
    'mysql-b-admin': at('mysql-b-admin'),
    nats: at('nats'),
    'nats-monitor': at('nats-monitor'),
    keeper: at('keeper'),
    mail: at('mail'),
    sms: at('sms'),
    issuer: at('issuer'),
    'mail-page': at('mail-page'),
  };
}

/** Where an instance listens when several share a port: `instance` counts from 1. */
export const instancePort = (ports: Ports, name: PortName, instance: number): number =>
  ports[name] + firstInstancePort + (instance - 1) * 10;

const databases: readonly PortName[] = [
  'mysql-a',
  'mysql-b',
  'mysql-a-admin',
  'mysql-b-admin',
  'nats',
  'nats-monitor',
  'keeper',
];

const applications: readonly PortName[] = [
  'gateway',
  'customers',
  'contacts',
  'care',
  'analytics',
  'competitors',
];

type Extent = {
  readonly ports: Ports;
  readonly instances: number;
  readonly parts: 'all' | 'databases';
};

/** Every port that a mesh listens on. */
export function portsOf({ ports, instances, parts }: Extent): number[] {
  if (parts === 'databases') return databases.map((name) => ports[name]);
  const behindBalancer =
    instances === 1
      ? []
      : Array.from({ length: instances }, (_, index) =>
          applications.map((name) => instancePort(ports, name, index + 1)),
        ).flat();
  return [...Object.values(ports), ...behindBalancer];
}

/** What browsers and Node's fetch refuse to ask above port 1023: "bad port" in the Fetch standard. */
const refusedByFetch: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
  6679, 6697, 10_080,
]);

/** Stops when one of the ports could never be asked over HTTP, whoever listens there. */
export function requirePortsFetchable(extent: Extent): void {
  const refused = portsOf(extent).find((port) => refusedByFetch.has(port));
  if (refused === undefined) return;
  throw new UserError(
    `The mesh cannot start: it would listen on port ${refused}, which browsers and fetch refuse to ask.
Choose other ports: GUANXI_PORT=7000 npm start`,
  );
}

/** Stops with the names of those who hold ports that the mesh needs. */
export async function requirePortsFree(ports: readonly number[]): Promise<void> {
  const free = await Promise.all(ports.map(isFree));
  const taken = ports.filter((_, index) => free[index] === false);
  if (taken.length === 0) return;

  const lines = taken.map((port) => `  port ${port} is taken by ${portHolder(port)}`);
  throw new UserError(
    `The mesh cannot start:\n${lines.join('\n')}\nStop that process, or choose other ports: GUANXI_PORT=7000 npm start`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
