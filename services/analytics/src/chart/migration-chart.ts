import type { Labels } from '@crm/kit/record/field';
import { gridOf } from './bars.ts';
import type { Picture } from './draw.ts';
import { countText, dayText } from './figure-text.ts';
import { heading, partHeading } from './heading.ts';
import { inLocale, lookOf, paletteOf, type AskedLook, type Look, type Palette } from './look.ts';

export type MigrationFigures = {
  readonly title: Labels;
  readonly from: string;
  readonly to: string;
  /** The most valuable first. */
  readonly tiers: readonly { readonly code: string; readonly label: Labels }[];
  /** Null stands for those who were in no tier on that day. */
  readonly moves: readonly {
    readonly from: string | null;
    readonly to: string | null;
    readonly count: number;
  }[];
};

const words = {
  nowhere: { zh: '不在其中', en: 'Not included' },
  up: { zh: '上升', en: 'moved up' },
  down: { zh: '下降', en: 'moved down' },
  stayed: { zh: '不变', en: 'stayed' },
} as const;

const rowHeight = 44;
const top = 112;
const bottom = 16;

/** A square for each pair of tiers: rows were, columns are. Above the diagonal is worse. */
export function migrationPicture(figures: MigrationFigures, asked: AskedLook): Picture {
  const look = lookOf(asked, top + bottom + rowHeight * (figures.tiers.length + 1));
  return {
    look,
    title: inLocale(look, figures.title),
    description: describe(figures, look),
    option: optionOf(figures, look),
  };
}

type Cell = {
  readonly x: number;
  readonly y: number;
  readonly count: number;
  readonly trend: Trend;
};

type Trend = 'down' | 'other' | 'stayed' | 'up';

function cellsOf({ tiers, moves }: MigrationFigures): Cell[] {
  const placeOf = (code: string | null): number => {
    const at = tiers.findIndex((tier) => tier.code === code);
    return at < 0 ? tiers.length : at;
  };
  const counts = new Map<string, number>();
  for (const { from, to, count } of moves) {
    const at = `${placeOf(from)} ${placeOf(to)}`;
    counts.set(at, (counts.get(at) ?? 0) + count);
  }
  const places = Array.from({ length: tiers.length + 1 }, (_, at) => at);
  return places
    .flatMap((y) => places.map((x) => ({ x, y, count: counts.get(`${y} ${x}`) ?? 0 })))
    .filter(({ x, y }) => x < tiers.length || y < tiers.length)
    .map((cell) => ({ ...cell, trend: trendOf(cell, tiers.length) }));
}

function trendOf({ x, y }: Pick<Cell, 'x' | 'y'>, outside: number): Trend {
  if (x === outside || y === outside) return 'other';
  if (x === y) return 'stayed';
  return x > y ? 'down' : 'up';
}

function optionOf(figures: MigrationFigures, look: Look): Picture['option'] {
  const palette = paletteOf(look);
  const names = [
    ...figures.tiers.map(({ label }) => inLocale(look, label)),
    inLocale(look, words.nowhere),
  ];
  const left = Math.round(look.width * 0.2);
  const cellWidth = Math.floor((look.width * 0.78) / names.length);
  const axis = {
    type: 'category',
    data: names,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
  };
  const text = { interval: 0, color: palette.text, fontSize: 12, overflow: 'truncate' };
  return {
    title: [
      heading(look, inLocale(look, figures.title), subtitle(figures, look)),
      partHeading(look, `${dayText(look, figures.from)} ↓`, { left: 16, top: top - 26 }),
      partHeading(look, `${dayText(look, figures.to)} →`, { left, top: top - 48 }),
    ],
    grid: gridOf({ left, width: cellWidth * names.length, top, bottom }),
    xAxis: { ...axis, position: 'top', axisLabel: { ...text, width: cellWidth - 8 } },
    yAxis: { ...axis, inverse: true, axisLabel: { ...text, width: left - 32 } },
    series: [squares(cellsOf(figures), look)],
  };
}

function squares(cells: readonly Cell[], look: Look): object {
  const palette = paletteOf(look);
  const most = Math.max(...cells.map(({ count }) => count), 1);
  return {
    type: 'custom',
    silent: true,
    data: cells.map(({ x, y }) => [x, y]),
    renderItem: ({ dataIndex }: { dataIndex: number }, api: Api) => {
      const cell = cells[dataIndex];
      if (!cell) return null;
      const [centerX, centerY] = api.coord([cell.x, cell.y]);
      const [width, height] = api.size([1, 1]);
      // Tiers differ by hundreds of times: the logarithm shows the small moves too.
      const weight =
        cell.count === 0 ? 0 : 0.12 + 0.88 * (Math.log1p(cell.count) / Math.log1p(most));
      const shape = {
        x: centerX - width / 2 + 2,
        y: centerY - height / 2 + 2,
        width: width - 4,
        height: height - 4,
        r: 3,
      };
      const isDark = weight > 0.62;
      return {
        type: 'rect',
        shape,
        style: { fill: colorOf(cell.trend, palette), opacity: 1, fillOpacity: weight },
        textContent: {
          style: {
            text: countText(look, cell.count),
            fill: cell.count === 0 ? palette.muted : isDark ? palette.surface : palette.text,
            fontSize: 13,
          },
        },
        textConfig: { position: 'inside' },
      };
    },
  };
}

type Api = {
  readonly coord: (point: readonly number[]) => [number, number];
  readonly size: (range: readonly number[]) => [number, number];
};

const colorOf = (trend: Trend, palette: Palette): string =>
  ({ down: palette.worse, other: palette.other, stayed: palette.value, up: palette.better })[trend];

function subtitle(figures: MigrationFigures, look: Look): string {
  const cells = cellsOf(figures);
  return (['up', 'down', 'stayed'] as const)
    .map((trend) => {
      const count = cells
        .filter((cell) => cell.trend === trend)
        .reduce((sum, cell) => sum + cell.count, 0);
      return `${inLocale(look, words[trend])} ${countText(look, count)}`;
    })
    .join(' · ');
}

function describe(figures: MigrationFigures, look: Look): string {
  const nameOf = (code: string | null): string => {
    const tier = figures.tiers.find((each) => each.code === code);
    return inLocale(look, tier?.label ?? words.nowhere);
  };
  const moves = figures.moves
    .filter(({ count }) => count > 0)
    .map(({ from, to, count }) => `${nameOf(from)} → ${nameOf(to)}: ${countText(look, count)}`);
  return [
    `${dayText(look, figures.from)} → ${dayText(look, figures.to)}`,
    subtitle(figures, look),
    ...moves,
  ].join('; ');
}
