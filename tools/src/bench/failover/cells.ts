import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { repository } from '../../mesh/paths.ts';
import { explain, say } from '../../mesh/say.ts';
import { programVariables } from '../../mesh/test-environment.ts';
import { findToolchain } from '../../mesh/toolchain.ts';
import type { FaultName } from './faults.ts';
import { routerVariables } from './router.ts';

export type Planned = { readonly name: string; readonly fault: FaultName };

/** What one contender made of one fault once. */
export type Cell = Planned & {
  /** Infinity when it never ended. */
  readonly gapSeconds: { readonly reads: number; readonly writes: number };
  readonly counts: Readonly<
    Record<'readErrors' | 'writeErrors' | 'hung' | 'lost' | 'doubled' | 'ghosts', number>
  >;
};

const run = promisify(execFile);
const cellMsMax = 300_000;

const gap = z.union([z.number(), z.literal('never').transform(() => Infinity)]);
const resultSchema = z.object({
  readGapMs: gap,
  writeGapMs: gap,
  readErrors: z.number(),
  writeErrors: z.number(),
  hung: z.number(),
  lost: z.number(),
  doubled: z.number(),
  ghosts: z.number(),
});

/** Each in a process of its own: some contenders throw where nobody can catch it. */
export async function runCells(
  plan: readonly Planned[],
  atATime: number,
): Promise<readonly Cell[]> {
  const env = { ...programVariables(await findToolchain()), ...(await routerVariables()) };
  const waiting = [...plan];
  const cells: Cell[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const cell = await runCell(next, env);
      if (cell) cells.push(cell);
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return cells;
}

async function runCell(
  planned: Planned,
  env: Readonly<Record<string, string>>,
): Promise<Cell | null> {
  const { name, fault } = planned;
  const program = join(repository, 'tools/src/bench/failover/cell.ts');
  try {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', program, name, fault], {
      cwd: repository,
      env: { ...process.env, ...env },
      timeout: cellMsMax,
      maxBuffer: 64 * 1024 * 1024,
    });
    const { readGapMs, writeGapMs, ...counts } = resultSchema.parse(JSON.parse(lastLine(stdout)));
    const gapSeconds = { reads: readGapMs / 1000, writes: writeGapMs / 1000 };
    say(`  ${name} ${fault}: ${seconds(gapSeconds.reads)} / ${seconds(gapSeconds.writes)}`);
    return { ...planned, gapSeconds, counts };
  } catch (error) {
    say(`  ${name} ${fault} did not come to an end: ${explain(error).slice(-1000)}`);
    return null;
  }
}

/** What is under test may have printed before: TypeORM tells of slow queries there. */
const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

const seconds = (value: number): string =>
  Number.isFinite(value) ? `${value.toFixed(2)} s` : 'never';
