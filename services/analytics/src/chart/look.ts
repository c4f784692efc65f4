import { invalid } from '@crm/kit/errors';
import type { Labels } from '@crm/kit/record/field';

/** How whoever asks for a picture wants it to look. */
export type Look = {
  readonly locale: 'EN' | 'ZH_CN';
  readonly theme: Theme;
  readonly width: number;
  readonly height: number;
};

export type Theme = 'DARK' | 'LIGHT';

export type AskedLook = Omit<Look, 'height'> & {
  /** As high as the content needs when left out. */
  readonly height?: number | null;
};

const sizes = { min: 200, max: 4000 } as const;

export function lookOf(asked: AskedLook, neededHeight: number): Look {
  const height = asked.height ?? Math.min(sizes.max, Math.max(sizes.min, neededHeight));
  for (const [path, value] of Object.entries({ width: asked.width, height })) {
    if (value >= sizes.min && value <= sizes.max) continue;
    throw invalid(`A picture is ${sizes.min} to ${sizes.max} pixels wide and high`, [
      { path, message: `must be ${sizes.min} to ${sizes.max}` },
    ]);
  }
  return { ...asked, height };
}

/** The part of a look that texts depend on. */
export type Language = Pick<Look, 'locale'>;

export const inLocale = ({ locale }: Language, { zh, en }: Labels): string =>
  locale === 'EN' ? en : zh;

export type Palette = {
  readonly surface: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  /** What is shown, and the room that it could have taken. */
  readonly value: string;
  readonly room: string;
  readonly other: string;
  readonly better: string;
  readonly worse: string;
  /** From the most valuable to the least. */
  readonly ramp: readonly string[];
};

/** Text has a contrast of 4.5 or more on its surface; hues stay apart for the colour-blind. */
const palettes: Readonly<Record<Theme, Palette>> = {
  LIGHT: {
    surface: '#ffffff',
    text: '#1c2430',
    muted: '#5a6675',
    line: '#dde3ea',
    value: '#2563c9',
    room: '#e4ecf8',
    other: '#8a97a8',
    better: '#0f7b8a',
    worse: '#c2571a',
    ramp: ['#123f8c', '#2563c9', '#5a8fe3', '#94b8ee', '#c4d8f6'],
  },
  DARK: {
    surface: '#12161d',
    text: '#e8ecf2',
    muted: '#a2aebd',
    line: '#2c3542',
    value: '#6ea2f5',
    room: '#243043',
    other: '#7b8899',
    better: '#3bb7c6',
    worse: '#e88a4d',
    ramp: ['#b9d3ff', '#8ab4f8', '#6190dd', '#4270b8', '#2d5190'],
  },
};

export const paletteOf = ({ theme }: Look): Palette => palettes[theme];

/** One of the ramp for place `at` of `count`. */
export const rampAt = ({ ramp }: Palette, at: number, count: number): string =>
  ramp[count <= 1 ? 0 : Math.round((at * (ramp.length - 1)) / (count - 1))] ?? '';
