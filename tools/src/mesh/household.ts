import { lastLines } from './log-file.ts';
import type { Home } from './paths.ts';
import { endProcess } from './pid.ts';
import { UserError } from './say.ts';
import { type Command, startProcess } from './spawn.ts';
import { type Plan, type Supervised, supervise } from './supervise.ts';
import { sleep } from './wait.ts';

const errandGraceMs = 5000;

/** Every process that a supervisor has started, also those that are not ready yet. */
export type Household = {
  /** Starts a process and keeps it running. Resolves when it is ready. */
  readonly keep: (plan: Plan) => Promise<void>;
  /** Runs a process to its end, which must be a good one. */
  readonly run: (command: Command, msMax: number) => Promise<void>;
  /** Ends some processes, and lets none begin any more. */
  readonly end: (names: readonly string[]) => Promise<void>;
  readonly names: () => readonly string[];
};

/** The start was interrupted: nothing is wrong. */
export class Interrupted extends Error {
  constructor() {
    super('The start was interrupted');
    this.name = 'Interrupted';
  }
}

export function createHousehold(home: Home): Household {
  const members = new Map<string, { readonly stop: () => Promise<void> }>();
  let ending = false;
  const requireOpen = (): void => {
    if (ending) throw new Interrupted();
  };

  return {
    keep: async (plan) => {
      requireOpen();
      const member: Supervised = supervise(home, plan);
      members.set(plan.name, member);
      await member.ready.catch((error: unknown) => {
        requireOpen();
        throw error;
      });
    },
    run: async (command, msMax) => {
      requireOpen();
      const { outcome, stop } = runErrand(home, command, msMax);
      members.set(command.name, { stop });
      const problem = await outcome;
      members.delete(command.name);
      requireOpen();
      if (problem !== null) {
        throw new UserError(`${command.name} ${problem}\n\n${lastLines(home, command.name)}`);
      }
    },
    end: async (names) => {
      ending = true;
      await Promise.all(names.map(async (name) => members.get(name)?.stop()));
      for (const name of names) members.delete(name);
    },
    names: () => [...members.keys()],
  };
}

type Errand = {
  /** What went wrong, or null. */
  readonly outcome: Promise<string | null>;
  readonly stop: () => Promise<void>;
};

function runErrand(home: Home, command: Command, msMax: number): Errand {
  const child = startProcess(home, command);
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code) => resolve(code === 0 ? null : 'failed'));
  });
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined) await endProcess(child.pid, errandGraceMs);
  };
  const tooLong = async (): Promise<string> => {
    await sleep(msMax, undefined, { ref: false });
    await stop();
    return `took longer than ${msMax / 1000} s`;
  };
  return { outcome: Promise.race([ended, tooLong()]), stop };
}
