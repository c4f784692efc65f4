/** Every port of a mesh, by what listens on it. */
export type Ports = Readonly<Record<PortName, number>>;

export type PortName = keyof typeof offsets;

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
  mail: 30,
  sms: 31,
  issuer: 32,
  'mail-page': 33,
} as const;

/** The range that one mesh takes, instances and all. */
const portsPerMesh = 100;

export function portsFrom(base: number): Ports {
  if (!Number.isInteger(base) || base < 1024 || base + portsPerMesh > 65_536) {
    throw new Error(`GUANXI_PORT must be between 1024 and ${65_536 - portsPerMesh}, not ${base}`);
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
    mail: at('mail'),
    sms: at('sms'),
    issuer: at('issuer'),
    'mail-page': at('mail-page'),
  };
}
