import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LinkOrder } from './link-process.ts';

/** A way to a server on this machine that can be cut. */
export type Link = {
  /** Nothing gets through and nothing breaks, until it is healed. */
  readonly silence: () => void;
  /** What was held back is delivered, as TCP would send it again. */
  readonly heal: () => void;
  readonly close: () => Promise<void>;
};

export type LinkEnds = { readonly port: number; readonly target: number };

const program = fileURLToPath(new URL('link-process.ts', import.meta.url));

/**
 * In a process of its own: inside the one that makes the load a busy moment there would look like a
 * server that does not answer.
 */
export async function startLink({ port, target }: LinkEnds): Promise<Link> {
  const child = fork(program, [String(port), String(target)], { execArgv: ['--import', 'tsx'] });
  const ended = once(child, 'exit');
  const listens = once(child, 'message').then(() => true);
  if (!(await Promise.race([listens, ended.then(() => false)]))) {
    throw new Error(`No link could be made from port ${port} to ${target}`);
  }
  const order = (what: LinkOrder): void => void child.send(what);
  return {
    silence: () => order({ do: 'silence' }),
    heal: () => order({ do: 'heal' }),
    close: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
