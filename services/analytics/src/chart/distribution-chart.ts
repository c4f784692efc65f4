import type { Labels } from '@crm/kit/record/field';
import { gridOf } from './bars.ts';
import type { Picture } from './draw.ts';
import { counted, countText, percentText, shortFigure } from './figure-text.ts';
import { heading } from './heading.ts';
import { inLocale, lookOf, paletteOf, type AskedLook, type Look } from './look.ts';

export type DistributionFigures = {
  readonly title: Labels;
  readonly grades: readonly {
    readonly label: Labels;
    /** Null when there is nothing to compare with. */
    readonly before: number | null;
    readonly after: number;
  }[];
  readonly changed: number | null;
};

const words = {
  before: { zh: '现行版本', en: 'Published version' },
  after: { zh: '草案', en: 'Draft' },
  changed: { zh: '# 个改变等级', en: '# change grade' },
  evaluated: { zh: '评估 # 个', en: '# evaluated' },
} as const;

const natural = 380;

/** How many would get each grade by a draft, beside how many have it now. */
export function distributionPicture(figures: DistributionFigures, asked: AskedLook): Picture {
  const look = lookOf(asked, natural);
  return {
    look,
    title: inLocale(look, figures.title),
    description: describe(figures, look),
    option: optionOf(figures, look),
  };
}

function optionOf(figures: DistributionFigures, look: Look): Picture['option'] {
  const palette = paletteOf(look);
  const { grades } = figures;
  const isCompared = grades.some(({ before }) => before !== null);
  const after = columns(
    look,
    { name: words.after, color: palette.value },
    grades.map((grade) => grade.after),
  );
  const before = columns(
    look,
    { name: words.before, color: palette.other },
    grades.map((grade) => grade.before ?? 0),
  );
  return {
    title: heading(look, inLocale(look, figures.title), subtitle(figures, look)),
    legend: {
      show: isCompared,
      right: 16,
      top: 36,
      textStyle: textOf(look),
      selectedMode: false,
      itemGap: 28,
      itemWidth: 12,
      itemHeight: 12,
    },
    grid: gridOf({ left: 64, right: 24, top: 92, bottom: 40 }),
    xAxis: gradesAxis(
      grades.map(({ label }) => inLocale(look, label)),
      look,
    ),
    yAxis: {
      type: 'value',
      splitLine: { lineStyle: { color: palette.line } },
      axisLabel: {
        color: palette.muted,
        fontSize: 12,
        formatter: (value: number) => shortFigure(look, value),
      },
    },
    series: isCompared ? [before, after] : [after],
  };
}

const textOf = (look: Look): object => ({ color: paletteOf(look).text, fontSize: 12 });

const columns = (
  look: Look,
  { name, color }: { readonly name: Labels; readonly color: string },
  counts: readonly number[],
): object => ({
  type: 'bar',
  name: inLocale(look, name),
  silent: true,
  barMaxWidth: 56,
  itemStyle: { color, borderRadius: [2, 2, 0, 0] },
  data: counts,
  label: {
    show: true,
    position: 'top',
    ...textOf(look),
    formatter: ({ value }: { value: number }) => shortFigure(look, value),
  },
});

const gradesAxis = (names: readonly string[], look: Look): object => ({
  type: 'category',
  data: names,
  axisLine: { lineStyle: { color: paletteOf(look).line } },
  axisTick: { show: false },
  axisLabel: {
    ...textOf(look),
    interval: 0,
    width: Math.floor((look.width - 90) / Math.max(1, names.length)) - 8,
    overflow: 'truncate',
  },
});

function subtitle({ grades, changed }: DistributionFigures, look: Look): string {
  const all = grades.reduce((sum, { after }) => sum + after, 0);
  const evaluated = counted(look, words.evaluated, all);
  if (changed === null) return evaluated;
  const share = percentText(look, all === 0 ? 0 : changed / all);
  return `${evaluated} · ${counted(look, words.changed, changed)} (${share})`;
}

const describe = (figures: DistributionFigures, look: Look): string =>
  [
    subtitle(figures, look),
    ...figures.grades.map(({ label, before, after }) => {
      const counts = before === null ? [after] : [before, after];
      return `${inLocale(look, label)}: ${counts.map((count) => countText(look, count)).join(' → ')}`;
    }),
  ].join('; ');
