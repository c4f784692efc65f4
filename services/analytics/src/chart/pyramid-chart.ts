import type { Labels } from '@crm/kit/record/field';
import { bars, hiddenAxis, namesAxis, reach, type Span, gridOf } from './bars.ts';
import type { Picture } from './draw.ts';
import { counted, countText, dayText, percentText, shortFigure } from './figure-text.ts';
import { heading, partHeading } from './heading.ts';
import { inLocale, lookOf, paletteOf, rampAt, type AskedLook, type Look } from './look.ts';

export type TierFigures = {
  readonly label: Labels;
  readonly count: number;
  /** Of all subjects, 0 to 1. */
  readonly shareOfCount: number;
  /** Null for a tier of subjects who don't have the factor. */
  readonly sum: string | null;
  readonly shareOfSum: number | null;
};

export type PyramidFigures = {
  readonly title: Labels;
  readonly factor: Labels;
  /** A currency makes sums money. */
  readonly unit: string | null;
  readonly asOf: string;
  /** The most valuable first. */
  readonly tiers: readonly TierFigures[];
};

const words = {
  ofCount: { zh: '客户数', en: 'Customers' },
  counted: { zh: '共 # 个客户', en: '# customers' },
  none: { zh: '无数据', en: 'no data' },
} as const;

const rowHeight = 46;
const top = 96;
const bottom = 16;
/** For the text behind a bar. */
const room = 130;

/** A pyramid of equal steps, and beside it what each step has of all customers and of all value. */
export function pyramidPicture(figures: PyramidFigures, asked: AskedLook): Picture {
  const look = lookOf(asked, top + bottom + rowHeight * figures.tiers.length);
  return {
    look,
    title: inLocale(look, figures.title),
    description: describe(figures, look),
    option: optionOf(figures, look),
  };
}

const spansOf = ({
  width,
}: Look): Readonly<Record<'counts' | 'names' | 'pyramid' | 'sums', Span>> => ({
  pyramid: { left: Math.round(width * 0.02), width: Math.round(width * 0.2) },
  names: { left: Math.round(width * 0.23), width: Math.round(width * 0.15) },
  counts: { left: Math.round(width * 0.39), width: Math.round(width * 0.29) },
  sums: { left: Math.round(width * 0.69), width: Math.round(width * 0.29) },
});

function optionOf(figures: PyramidFigures, look: Look): Picture['option'] {
  const { tiers, unit } = figures;
  const spans = spansOf(look);
  const colors = tiers.map((_, at) => colorOf(tiers, at, look));
  const names = tiers.map(({ label }) => inLocale(look, label));
  const heads = { top: top - 24 };
  const counts = tiers.map((tier, at) => ({
    value: tier.shareOfCount,
    text: countOf(look, tier),
    color: colors[at] ?? '',
  }));
  const sums = tiers.map((tier, at) => ({
    value: tier.shareOfSum ?? 0,
    text: sumOf(look, tier, unit),
    color: colors[at] ?? '',
  }));
  return {
    title: [
      heading(look, inLocale(look, figures.title), subtitle(figures, look)),
      partHeading(look, inLocale(look, words.ofCount), { left: spans.counts.left, ...heads }),
      partHeading(look, inLocale(look, figures.factor), { left: spans.sums.left, ...heads }),
    ],
    grid: [spans.counts, spans.sums].map((span) => gridOf({ ...span, top, bottom })),
    xAxis: [
      hiddenAxis(
        0,
        reach(
          counts.map(({ value }) => value),
          spans.counts,
          room,
        ),
      ),
      hiddenAxis(
        1,
        reach(
          sums.map(({ value }) => value),
          spans.sums,
          room,
        ),
      ),
    ],
    yAxis: [
      namesAxis(look, { names, width: spans.names.width }),
      namesAxis(look, { gridIndex: 1, names, width: 0 }),
    ],
    series: [steps(look, colors), bars(look, 0, counts), bars(look, 1, sums)],
  };
}

/** Those without the factor are in no order of value. */
function colorOf(tiers: readonly TierFigures[], at: number, look: Look): string {
  const palette = paletteOf(look);
  const ranked = tiers.filter(({ sum }) => sum !== null).length;
  return tiers[at]?.sum === null ? palette.other : rampAt(palette, at, ranked);
}

const steps = (look: Look, colors: readonly string[]): object => ({
  type: 'funnel',
  ...spansOf(look).pyramid,
  top,
  bottom,
  sort: 'ascending',
  min: 0,
  max: colors.length,
  gap: 2,
  silent: true,
  label: { show: false },
  data: colors.map((color, at) => ({
    value: at + 1,
    itemStyle: { color, borderWidth: 0 },
  })),
});

const countOf = (look: Look, { count, shareOfCount }: TierFigures): string =>
  `${countText(look, count)}  (${percentText(look, shareOfCount)})`;

const sumOf = (look: Look, { sum, shareOfSum }: TierFigures, unit: string | null): string =>
  sum === null
    ? inLocale(look, words.none)
    : `${shortFigure(look, sum, unit)}  (${percentText(look, shareOfSum ?? 0)})`;

const subtitle = ({ asOf, tiers }: PyramidFigures, look: Look): string => {
  const count = tiers.reduce((sum, tier) => sum + tier.count, 0);
  return `${dayText(look, asOf)} · ${counted(look, words.counted, count)}`;
};

const describe = (figures: PyramidFigures, look: Look): string =>
  [
    subtitle(figures, look),
    ...figures.tiers.map((tier) => {
      const sum = `${inLocale(look, figures.factor)} ${sumOf(look, tier, figures.unit)}`;
      return `${inLocale(look, tier.label)}: ${countOf(look, tier)}, ${sum}`;
    }),
  ].join('; ');
