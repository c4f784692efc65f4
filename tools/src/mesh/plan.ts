import { join } from 'node:path';
import { answers } from './http-ready.ts';
import type { EquippedMesh, Mesh } from './mesh.ts';
import { mysqlIsReady, pairOf } from './mysql-client.ts';
import { mysqlCommand, type MysqlName, mysqlNames } from './mysql-server.ts';
import { natsCommand, natsEnvironment, natsIsReady, natsUrl } from './nats-server.ts';
import { repository } from './paths.ts';
import { instancePort, linkPort } from './ports.ts';
import { type Service, services } from './services.ts';
import type { Command } from './spawn.ts';
import type { Plan } from './supervise.ts';

export type Application = Service | 'gateway';

/** What answers requests, in the order in which it is drained: the gateway asks the services. */
export const applications: readonly Application[] = ['gateway', ...services];

export const folderOf = (name: Application): string =>
  name === 'gateway' ? 'gateway' : `services/${name}`;

export const planMysql = (mesh: EquippedMesh, name: MysqlName): Plan => ({
  name,
  command: mysqlCommand(mesh, name),
  isReady: () => mysqlIsReady(pairOf(mesh), name),
  readyMsMax: 120_000,
  graceMs: 20_000,
});

export const planNats = (mesh: EquippedMesh): Plan => ({
  name: 'nats',
  command: natsCommand(mesh),
  env: natsEnvironment(mesh),
  isReady: () => natsIsReady(mesh),
  readyMsMax: 60_000,
  graceMs: 10_000,
});

/** What the keeper and the services call the pair, in the record and on NATS. */
export const clusterName = 'guanxi';

export const keeperProgram = 'services/keeper/dist/main.js';

/**
 * Decides which MySQL server is the source. One NATS server keeps its record: good enough where
 * everything stands and falls with one machine. Servers for tests are never promoted.
 */
export const planKeeper = (mesh: Mesh): Plan => ({
  name: 'keeper',
  command: node(keeperProgram, lean),
  env: {
    ...commonEnvironment(mesh),
    PORT: String(mesh.ports.keeper),
    KEEPER_ID: 'keeper',
    KEEPER_NODES: mysqlNames
      .map((name) => `${name}=127.0.0.1:${mesh.ports[name]}/${mesh.ports[`${name}-admin`]}`)
      .join(','),
    KEEPER_USER: 'keeper',
    KEEPER_PASSWORD: mesh.secrets.mysql['keeper'] ?? '',
    REPL_USER: 'repl',
    REPL_PASSWORD: mesh.secrets.mysql['repl'] ?? '',
    MYSQL_CLUSTER: clusterName,
    NATS_REPLICAS: '1',
    PROMOTION: mesh.parts === 'databases' ? 'operator' : 'unsafe-single',
    // Somebody who tries out failover does not want to wait a minute between two.
    FAILOVER_GAP_MS: '5000',
  },
  isReady: () => answers(`http://127.0.0.1:${mesh.ports.keeper}/readyz`),
  readyMsMax: 180_000,
  graceMs: 10_000,
});

/** Every instance of a service or of the gateway: `gateway`, `gateway-2` and so on. */
export function planApplication(mesh: Mesh, name: Application): Plan[] {
  return Array.from({ length: mesh.instances }, (_, index) => {
    const port = portOf(mesh, name, index + 1);
    return {
      name: instanceName(name, index + 1),
      command: node(`${folderOf(name)}/dist/main.js`),
      env: { ...environmentOf(mesh, name), PORT: String(port) },
      isReady: () => answers(`http://127.0.0.1:${port}/readyz`),
      // A crash is seen at once; this is for machines that do much else.
      readyMsMax: 180_000,
      graceMs: 15_000,
    };
  });
}

export const instanceName = (name: Application, instance: number): string =>
  instance === 1 ? name : `${name}-${instance}`;

/** A single instance listens on the port itself; several stand behind the balancer. */
export const portOf = (mesh: Mesh, name: Application, instance: number): number =>
  mesh.instances === 1 ? mesh.ports[name] : instancePort(mesh.ports, name, instance);

/** One port for all instances of each application. */
export const planBalancer = (mesh: Mesh, names: readonly Application[]): Plan => ({
  name: 'balancer',
  command: node('tools/dist/balancer.js', lean),
  env: {
    /** `4000=4050,4060 4001=4051,4061`: where it listens, and who stands behind. */
    BALANCER_ROUTES: names
      .map((name) => `${mesh.ports[name]}=${instancePorts(mesh, name).join(',')}`)
      .join(' '),
  },
  isReady: async () => {
    const ready = names.map((name) => answers(`http://127.0.0.1:${mesh.ports[name]}/readyz`));
    return (await Promise.all(ready)).every(Boolean);
  },
  readyMsMax: 10_000,
  graceMs: 15_000,
});

const instancePorts = (mesh: Mesh, name: Application): number[] =>
  Array.from({ length: mesh.instances }, (_, index) => portOf(mesh, name, index + 1));

/** One of the programs that a service has beside itself, as the owner of its schema. */
export function planStep(
  mesh: Mesh,
  service: Service,
  step: 'migrate' | 'rebuild' | 'snapshot',
): Command {
  const { user, password } = schemaAccount(mesh, service);
  return {
    name: `${step}-${service}`,
    command: node(`services/${service}/dist/${step}.js`),
    env: {
      ...serviceEnvironment(mesh, service),
      MYSQL_USER: user,
      MYSQL_PASSWORD: password,
      PORT: String(mesh.ports[service]),
    },
  };
}

/** The owner of a service's schema, and that schema. */
export const schemaAccount = (
  mesh: Mesh,
  service: Service,
): Readonly<Record<'user' | 'password' | 'database', string>> => ({
  user: `${service}_owner`,
  password: mesh.secrets.mysql[`${service}_owner`] ?? '',
  database: `crm_${service}`,
});

const environmentOf = (mesh: Mesh, name: Application): Readonly<Record<string, string>> =>
  name === 'gateway' ? gatewayEnvironment(mesh) : serviceEnvironment(mesh, name);

const serviceEnvironment = (mesh: Mesh, service: Service): Readonly<Record<string, string>> => ({
  ...commonEnvironment(mesh),
  MYSQL_NODES: mysqlNames.map((name) => `${name}=127.0.0.1:${servicePort(mesh, name)}`).join(','),
  MYSQL_CLUSTER: clusterName,
  MYSQL_USER: service,
  MYSQL_PASSWORD: mesh.secrets.mysql[service] ?? '',
  MYSQL_SCHEMA: `crm_${service}`,
  CONTEXT_KEY: mesh.secrets.contextKeys[service] ?? '',
  ...deliveryEnvironment(mesh),
  WEBHOOK_KEY: mesh.secrets.webhookKey,
  // Receivers of somebody who tries them out are on this machine.
  WEBHOOK_NETWORKS: '127.0.0.0/8,::1/128',
});

/** That of care when nobody says how many mails a second are to be sent. */
function mailRate(): Readonly<Record<string, string>> {
  const perSecond = process.env['MAIL_PER_SECOND'];
  return perSecond === undefined ? {} : { MAIL_PER_SECOND: perSecond };
}

/** How care sends: to the catchers, which nothing leaves. */
const deliveryEnvironment = (mesh: Mesh): Readonly<Record<string, string>> => ({
  SMTP_URL: `smtp://127.0.0.1:${mesh.ports.mail}`,
  ...mailRate(),
  MAIL_FROM: 'Guanxi <care@guanxi.example>',
  MAIL_HOOK_KEY: mesh.secrets.deliveryKey,
  SMS_URL: `http://127.0.0.1:${mesh.ports.sms}`,
  SMS_KEY: mesh.secrets.deliveryKey,
  DELIVERY_KEY: mesh.secrets.deliveryKey,
  PUBLIC_URL: `http://127.0.0.1:${mesh.ports.gateway}`,
  COMPANY_NAME: '关系科技',
});

/** Where services find a server. */
const servicePort = ({ ports, links }: Mesh, name: MysqlName): number =>
  links ? linkPort(ports, name) : ports[name];

const gatewayEnvironment = (mesh: Mesh): Readonly<Record<string, string>> => ({
  ...commonEnvironment(mesh),
  SUBGRAPHS: services
    .map((service) => `${service}=http://127.0.0.1:${mesh.ports[service]}/graphql`)
    .join(','),
  CONTEXT_KEYS: services
    .map((service) => `${service}=${mesh.secrets.contextKeys[service]}`)
    .join(','),
  CURSOR_KEY: mesh.secrets.cursorKey,
  JWKS_URL: `${issuerUrl(mesh)}/jwks`,
  TOKEN_ISSUER: issuerUrl(mesh),
  TOKEN_AUDIENCE: tokenAudience,
  SUPERGRAPH: join(repository, 'schemas/supergraph.graphql'),
});

const commonEnvironment = (mesh: Mesh): Readonly<Record<string, string>> => ({
  HOST: '127.0.0.1',
  LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info',
  NATS_URL: natsUrl(mesh),
  // Alone, there is nobody else that callers could turn to meanwhile.
  DRAIN_DELAY_MS: mesh.instances === 1 ? '0' : '1000',
});

export const issuerUrl = ({ ports }: Mesh): string => `http://127.0.0.1:${ports.issuer}`;

export const tokenAudience = 'guanxi';

/** For processes that do little: collects garbage early instead of holding memory. */
export const lean = ['--max-semi-space-size=1'] as const;

/** The loader of the demo company, when there is one. */
export const demoProgram = 'tools/dist/demo.js';

/** A bundled program, with stack traces that name the sources. */
export const node = (
  program: string,
  options: readonly string[] = [],
): readonly [string, ...string[]] => [
  process.execPath,
  '--enable-source-maps',
  ...options,
  join(repository, program),
];
