import { join } from 'node:path';
import type { EquippedMesh, Mesh } from './mesh.ts';
import { repository } from './paths.ts';

export function natsCommand({ toolchain }: EquippedMesh): readonly [file: string, ...string[]] {
  const { file, prefix } = toolchain.nats;
  return [file, ...prefix, '--config', join(repository, 'deploy/nats/nats.conf')];
}

/** The values that deploy/nats/nats.conf leaves open. */
export const natsEnvironment = ({ home, ports }: Mesh): Readonly<Record<string, string>> => ({
  NATS_NAME: 'guanxi',
  NATS_LISTEN: `127.0.0.1:${ports.nats}`,
  NATS_MONITOR: `127.0.0.1:${ports['nats-monitor']}`,
  // Quoted, because the value is read as configuration and a path may hold a space.
  NATS_STORE: JSON.stringify(join(home.data, 'nats')),
});

export const natsUrl = ({ ports }: Mesh): string => `nats://127.0.0.1:${ports.nats}`;

/** True once streams can be used, not only connections made. */
export async function natsIsReady({ ports }: Mesh): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${ports['nats-monitor']}/healthz`, {
      signal: AbortSignal.timeout(1000),
    });
    return answer.ok;
  } catch {
    return false;
  }
}
