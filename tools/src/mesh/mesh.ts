import type { Home } from './paths.ts';
import type { Ports } from './ports.ts';
import type { Secrets } from './secrets.ts';
import type { Toolchain } from './toolchain.ts';

/** One running system: its folder, its ports, its secrets, and the programs it is made of. */
export type Mesh = {
  readonly home: Home;
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly toolchain: Toolchain;
  /** `relaxed` waits for no disk, and lets root in without a password: for tests. */
  readonly durability: 'full' | 'relaxed';
};
