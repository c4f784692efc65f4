import { say, seconds } from '../mesh/say.ts';

/** What came of the records of a file so far. */
export type Tally = {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly refused: number;
};

export const noTally: Tally = { created: 0, updated: 0, unchanged: 0, refused: 0 };

export const addTally = (a: Tally, b: Tally): Tally => ({
  created: a.created + b.created,
  updated: a.updated + b.updated,
  unchanged: a.unchanged + b.unchanged,
  refused: a.refused + b.refused,
});

const totalOf = ({ created, updated, unchanged, refused }: Tally): number =>
  created + updated + unchanged + refused;

export type Progress = {
  readonly show: (tally: Tally) => void;
  /** Says something in between. */
  readonly note: (line: string) => void;
  readonly end: (tally: Tally) => void;
};

const terminalMs = 100;
const plainMs = 5000;
const barWidth = 24;

/** A bar that is drawn anew on a terminal, else a line every few seconds. */
export function createProgress(what: string, total: number): Progress {
  const { isTTY } = process.stderr;
  const startedAt = performance.now();
  let shownAt = isTTY ? -terminalMs : startedAt;

  const line = (tally: Tally): string => {
    const done = totalOf(tally);
    const perSecond = Math.round(done / ((performance.now() - startedAt) / 1000 || 1));
    const share = total === 0 ? 1 : Math.min(done / total, 1);
    return `${what}  ${isTTY ? `${bar(share)} ` : ''}${percent(share)}  ${done} of ${total} records, ${perSecond}/s, ${tally.refused} refused`;
  };
  const clear = (): void => void (isTTY && process.stderr.write('\r\u001B[K'));

  return {
    show: (tally) => {
      if (performance.now() - shownAt < (isTTY ? terminalMs : plainMs)) return;
      shownAt = performance.now();
      if (isTTY) process.stderr.write(`\r\u001B[K${line(tally)}`);
      else say(line(tally));
    },
    note: (text) => {
      clear();
      say(text);
    },
    end: (tally) => {
      clear();
      const { created, updated, unchanged, refused } = tally;
      const ms = performance.now() - startedAt;
      const perSecond = Math.round(totalOf(tally) / (ms / 1000));
      say(
        `${what}  ${created} created, ${updated} updated, ${unchanged} unchanged, ${refused} refused in ${seconds(ms)} (${perSecond}/s)`,
      );
    },
  };
}

export const bar = (share: number): string => {
  const filled = Math.round(share * barWidth);
  return '█'.repeat(filled) + '░'.repeat(barWidth - filled);
};

export const percent = (share: number): string => `${Math.floor(share * 100)}%`;
