import type { Labels } from '@crm/kit/record/field';
import { gridOf } from './bars.ts';
import type { Picture } from './draw.ts';
import { dayText, monthText } from './figure-text.ts';
import { heading } from './heading.ts';
import { inLocale, lookOf, paletteOf, rampAt, type AskedLook, type Look } from './look.ts';

export type HistoryFigures = {
  readonly title: Labels;
  readonly scale: string;
  /** The best grade first; each begins at `from`. */
  readonly grades: readonly { readonly label: Labels; readonly from: number }[];
  /** In the order of time. */
  readonly points: readonly {
    readonly validFrom: Date;
    readonly score: string | null;
    readonly grade: Labels | null;
  }[];
  /** The day that the picture ends on. */
  readonly until: Date;
};

const natural = 360;
const companyOffsetMs = 8 * 3_600_000;

const words = { none: { zh: '没有记录', en: 'nothing recorded' } } as const;

/** A score through time as a line of steps, over the bands of its grades. */
export function historyPicture(figures: HistoryFigures, asked: AskedLook): Picture {
  const look = lookOf(asked, natural);
  return {
    look,
    title: inLocale(look, figures.title),
    description: describe(figures, look),
    option: optionOf(figures, look),
  };
}

/** Days of the company's time zone, where the axis knows only UTC. */
const shifted = (instant: Date): number => instant.getTime() + companyOffsetMs;

const dayOf = (instant: Date): string => new Date(shifted(instant)).toISOString().slice(0, 10);

function optionOf(figures: HistoryFigures, look: Look): Picture['option'] {
  const palette = paletteOf(look);
  const axis = { axisLine: { lineStyle: { color: palette.line } }, axisTick: { show: false } };
  const label = { color: palette.muted, fontSize: 12 };
  return {
    title: heading(look, inLocale(look, figures.title), subtitle(figures, look)),
    grid: gridOf({ left: 48, right: Math.round(look.width * 0.17), top: 76, bottom: 36 }),
    xAxis: {
      type: 'time',
      ...axis,
      splitLine: { show: false },
      max: shifted(figures.until),
      axisLabel: { ...label, hideOverlap: true, formatter: (at: number) => monthText(look, at) },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: Number(figures.scale),
      ...axis,
      splitLine: { lineStyle: { color: palette.line } },
      axisLabel: label,
    },
    series: [
      {
        type: 'line',
        step: 'end',
        silent: true,
        showSymbol: figures.points.length < 40,
        symbol: 'circle',
        symbolSize: 7,
        lineStyle: { color: palette.value, width: 2 },
        itemStyle: { color: palette.value },
        data: [
          ...figures.points.map(({ validFrom, score }) => [shifted(validFrom), score]),
          lastOf(figures),
        ],
        markArea: { silent: true, data: bandsOf(figures, look) },
      },
    ],
  };
}

/** The last score holds until the end of the picture, where no new one begins. */
function lastOf({ points, until }: HistoryFigures): object {
  return { value: [shifted(until), points.at(-1)?.score ?? null], symbolSize: 0 };
}

function bandsOf({ grades, scale }: HistoryFigures, look: Look): object[] {
  const palette = paletteOf(look);
  return grades.map(({ label, from }, at) => [
    {
      yAxis: from,
      itemStyle: { color: rampAt(palette, at, grades.length), opacity: 0.16 },
      label: {
        formatter: () => inLocale(look, label),
        position: 'right',
        color: palette.text,
        width: Math.round(look.width * 0.16),
        overflow: 'truncate',
      },
    },
    { yAxis: grades[at - 1]?.from ?? Number(scale) },
  ]);
}

function subtitle({ points }: HistoryFigures, look: Look): string {
  const last = points.at(-1);
  if (!last) return inLocale(look, words.none);
  const grade = last.grade ? ` · ${inLocale(look, last.grade)}` : '';
  return `${dayText(look, dayOf(last.validFrom))} · ${last.score ?? '—'}${grade}`;
}

const pointsTold = 100;

const describe = (figures: HistoryFigures, look: Look): string =>
  figures.points
    .slice(-pointsTold)
    .map(({ validFrom, score, grade }) =>
      [dayText(look, dayOf(validFrom)), score ?? '—', grade ? inLocale(look, grade) : ''].join(' '),
    )
    .join('; ') || inLocale(look, words.none);
