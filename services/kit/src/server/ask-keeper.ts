import { parseArgs } from 'node:util';
import { z } from 'zod';
import { requestKeeper } from '../data-source/keeper/client.ts';
import type { KeeperRequest } from '../data-source/keeper/requests.ts';
import { readConfig } from './config.ts';

const usage = `status | switchover NODE | rejoin NODE [--force] | promote NODE [--force]
  switchover  makes a standby the source, without losing or refusing a write
  rejoin      brings a server back as standby; --force gives it a new copy of everything
  promote     makes a server the source by your word; --force accepts that commits may be lost`;

/** Asks the keeper that acts, for an operator. What happens goes to stderr, the outcome to stdout. */
export async function askKeeper(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { force: { type: 'boolean', default: false } },
  });
  const [command = '', node = ''] = positionals;
  const request = requestOf(command, node, values.force);
  if (!request) return end(1, usage);

  const { NATS_URL, MYSQL_CLUSTER } = readConfig(
    { NATS_URL: z.string().min(1), MYSQL_CLUSTER: z.string().min(1) },
    env,
  );
  const address = {
    servers: NATS_URL.split(','),
    cluster: MYSQL_CLUSTER,
    connection: { waitOnFirstConnect: false, reconnect: false },
  };
  try {
    const status = await requestKeeper(address, request, {
      onEvent: (event) =>
        process.stderr.write(`${event.type} ${event.node ?? ''} ${event.message}\n`),
    });
    process.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
    end(0, '');
  } catch (error) {
    end(1, `Refused: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function requestOf(command: string, node: string, force: boolean): KeeperRequest | null {
  if (command === 'status') return { do: 'status' };
  if (node === '') return null;
  if (command === 'switchover') return { do: 'switchover', to: node };
  if (command === 'rejoin') return { do: 'rejoin', node, force };
  return command === 'promote' ? { do: 'promote', node, force } : null;
}

function end(code: number, text: string): void {
  if (text) process.stderr.write(`${text}\n`);
  process.exitCode = code;
}
