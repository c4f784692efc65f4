/** Set for a process whose parent wants to hear what it says. */
export const listenedVariable = 'GUANXI_LISTENED';

/** Progress for a person: one plain line a step, on standard error, so that output can be piped. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
  // A detached supervisor tells the command that started it, until that one has gone.
  if (process.env[listenedVariable] && process.connected) process.send?.({ line });
}

/** Runs a step and prints what it was and how long it took. */
export async function step<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now();
  const result = await run();
  say(`  ${what.padEnd(52)} ${seconds(performance.now() - startedAt).padStart(7)}`);
  return result;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** A failure whose message tells a person what to do; the stack would only be in the way. */
export class UserError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
  }
}

/**
 * Runs a command. `--help` prints how it is used, an option that it does not have says so; a
 * `UserError` prints its message, a bug its stack, and all of these exit with 1.
 */
export async function main(usage: string, run: () => Promise<number | void>): Promise<void> {
  if (process.argv.includes('--help')) return void process.stdout.write(`${usage}\n`);
  try {
    process.exitCode = (await run()) ?? 0;
  } catch (error) {
    say(isWrongOption(error) ? `${error.message}\n\n${usage}` : `\n${explain(error)}`);
    process.exitCode = 1;
  }
}

const isWrongOption = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');

export function explain(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
