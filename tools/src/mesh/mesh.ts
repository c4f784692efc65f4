import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createHome, type Home, homeAt } from './paths.ts';
import { instancesMax, type Ports, portsFrom, requirePortsFetchable } from './ports.ts';
import { UserError } from './say.ts';
import { readSecrets, type Secrets } from './secrets.ts';
import type { Toolchain } from './toolchain.ts';

/** What is said when a mesh starts, and kept so that commands after that need only the folder. */
const settingsSchema = z.object({
  port: z.number().int(),
  /** How many of each service and of the gateway. */
  instances: z.number().int().min(1).max(instancesMax),
  /** `relaxed` waits for no disk, and lets root in without a password: for tests. */
  durability: z.enum(['full', 'relaxed']),
  /** `databases` is MySQL and NATS alone. */
  parts: z.enum(['all', 'databases']),
  /** Services reach MySQL over links, which whoever starts the mesh provides and may cut. */
  links: z.boolean().optional(),
});

export type MeshSettings = z.infer<typeof settingsSchema>;

/** One running system: its folder, its ports, its secrets. */
export type Mesh = MeshSettings & {
  readonly home: Home;
  readonly ports: Ports;
  readonly secrets: Secrets;
};

/** A mesh together with the programs that its servers are. */
export type EquippedMesh = Mesh & { readonly toolchain: Toolchain };

/** The folder that GUANXI_HOME names. */
export const homeFromEnv = (): Home => homeAt(process.env['GUANXI_HOME'] ?? '.local');

export const portFromEnv = (): number => Number(process.env['GUANXI_PORT'] ?? '4000');

export function createMesh(home: Home, settings: MeshSettings): Mesh {
  const ports = portsFrom(settings.port);
  requirePortsFetchable({ ports, ...settings });
  createHome(home);
  writeFileSync(settingsFile(home), `${JSON.stringify(settingsSchema.parse(settings), null, 2)}\n`);
  return { ...settings, home, ports, secrets: readSecrets(home) };
}

/** The mesh that was started in this folder last, whether it runs or not. */
export function openMesh(home: Home): Mesh {
  if (!existsSync(settingsFile(home))) {
    throw new UserError(`There is no mesh in ${home.root}: npm start makes one.`);
  }
  const settings = settingsSchema.parse(JSON.parse(readFileSync(settingsFile(home), 'utf8')));
  return { ...settings, home, ports: portsFrom(settings.port), secrets: readSecrets(home) };
}

const settingsFile = (home: Home): string => join(home.root, 'mesh.json');
