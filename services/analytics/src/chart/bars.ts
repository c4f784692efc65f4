import { paletteOf, type Look } from './look.ts';

/** Where a part of a picture is, in pixels. */
export type Span = { readonly left: number; readonly width: number };

/** Exactly there: long names are cut, where the library would make room for them. */
export const gridOf = (place: object): object => ({ ...place, outerBoundsMode: 'none' });

/** An axis that is only there for its scale. */
export const hiddenAxis = (gridIndex: number, max: number): object => ({
  type: 'value',
  gridIndex,
  min: 0,
  max,
  show: false,
});

/** The end of a scale on which the longest bar leaves `room` pixels for its text. */
export function reach(values: readonly number[], { width }: Span, room: number): number {
  const longest = Math.max(...values, 0);
  return longest === 0 ? 1 : (longest * width) / Math.max(width - room, width / 4);
}

type Names = {
  readonly gridIndex?: number;
  readonly names: readonly (string | { readonly value: string; readonly textStyle: object })[];
  /** Nothing is shown when there is none. */
  readonly width: number;
  /** Where names that are aligned to the left begin, from the bars. */
  readonly margin?: number;
};

/** Names from top to bottom, cut to the width they have. */
export const namesAxis = (
  look: Look,
  { gridIndex = 0, names, width, margin = 8 }: Names,
): object => ({
  type: 'category',
  gridIndex,
  inverse: true,
  data: names,
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: {
    show: width > 0,
    interval: 0,
    color: paletteOf(look).text,
    fontSize: 13,
    width,
    overflow: 'truncate',
    margin,
  },
});

export type Bar = { readonly value: number; readonly text: string; readonly color?: string };

/** Bars from left to right, with their text at the end. */
export const bars = (look: Look, axis: number, drawn: readonly Bar[]): object => ({
  type: 'bar',
  xAxisIndex: axis,
  yAxisIndex: axis,
  barWidth: '52%',
  silent: true,
  data: drawn.map(({ value, text, color }) => ({
    value,
    itemStyle: { color: color ?? paletteOf(look).value, borderRadius: 2 },
    // A function is no template, in which braces of a name would mean something.
    label: { formatter: () => text },
  })),
  label: { show: true, position: 'right', color: paletteOf(look).text, fontSize: 12 },
});
