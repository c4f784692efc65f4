import { seconds } from '../mesh/say.ts';

export type Progress = {
  readonly add: (count: number) => void;
  readonly end: () => void;
};

const barLength = 30;
const linesMax = 10;

/** A bar where somebody watches, and a plain line for each tenth where the output is kept. */
export function startProgress(what: string, total: number): Progress {
  const { stderr } = process;
  const startedAt = performance.now();
  let done = 0;
  let shownTenths = 0;

  const line = (): string => {
    const elapsedMs = performance.now() - startedAt;
    const perSecond = Math.round((1000 * done) / Math.max(1, elapsedMs));
    return `${String(done).padStart(String(total).length)} of ${total}  ${seconds(elapsedMs)}  ${perSecond}/s`;
  };
  const show = (): void => {
    const filled = Math.round((barLength * done) / total);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(barLength - filled)}`;
    stderr.write(`\r  ${what.padEnd(14)} ${bar} ${line()}`);
  };
  const note = (): void => {
    const tenths = Math.floor((linesMax * done) / total);
    if (tenths > shownTenths) stderr.write(`  ${what.padEnd(14)} ${line()}\n`);
    shownTenths = tenths;
  };

  return {
    add: (count) => {
      done += count;
      if (stderr.isTTY) show();
      else note();
    },
    end: () => void (stderr.isTTY && stderr.write('\n')),
  };
}
