import type { Labels } from '@crm/kit/record/field';
import { bars, hiddenAxis, namesAxis, reach, type Bar, gridOf } from './bars.ts';
import type { Picture } from './draw.ts';
import { heading } from './heading.ts';
import { inLocale, lookOf, paletteOf, type AskedLook, type Look } from './look.ts';

export type ScoreFigures = {
  readonly title: Labels;
  /** Null when there is too little data. */
  readonly score: string | null;
  readonly scale: string;
  readonly grade: Labels | null;
  /** Then the contributions don't sum to the score. */
  readonly isOverridden: boolean;
  readonly categories: readonly {
    readonly label: Labels;
    readonly criteria: readonly CriterionFigures[];
  }[];
};

export type CriterionFigures = {
  readonly label: Labels;
  /** What it was scored by, as people write it; null without data. */
  readonly value: string | null;
  readonly contribution: string;
  /** The most that it could have contributed; 0 when it does not count. */
  readonly maximum: string;
};

const words = {
  tooLittle: { zh: '数据不足', en: 'not enough data' },
  noData: { zh: '无数据', en: 'no data' },
  score: { zh: '得分', en: 'Score' },
  overridden: { zh: '人工调整', en: 'overridden' },
} as const;

const rowHeight = 26;
const top = 72;
const bottom = 16;

/** What each criterion contributed to a score, against the most that it could have. */
export function scorePicture(figures: ScoreFigures, asked: AskedLook): Picture {
  const rows = rowsOf(figures);
  const look = lookOf(asked, top + bottom + rowHeight * rows.length);
  return {
    look,
    title: inLocale(look, figures.title),
    description: describe(figures, look),
    option: optionOf(figures, rows, look),
  };
}

type Row = {
  readonly label: Labels;
  readonly isCategory: boolean;
  readonly contribution: number;
  readonly maximum: number;
  readonly value: string | null;
};

/** A line for each category, and one for each of its criteria beneath it. */
const rowsOf = ({ categories }: ScoreFigures): Row[] =>
  categories.flatMap(({ label, criteria }) => {
    const rows = criteria.map((criterion) => ({
      label: criterion.label,
      isCategory: false,
      contribution: Number(criterion.contribution),
      maximum: Number(criterion.maximum),
      value: criterion.value,
    }));
    return [{ ...totalOf(rows), label, isCategory: true, value: null }, ...rows];
  });

const totalOf = (rows: readonly Row[]): Pick<Row, 'contribution' | 'maximum'> => ({
  contribution: rows.reduce((sum, row) => sum + row.contribution, 0),
  maximum: rows.reduce((sum, row) => sum + row.maximum, 0),
});

function optionOf(figures: ScoreFigures, rows: readonly Row[], look: Look): Picture['option'] {
  const palette = paletteOf(look);
  const left = Math.round(look.width * 0.27);
  const span = { left, width: Math.round(look.width * 0.71) };
  const longest = reach(
    rows.map(({ maximum }) => maximum),
    span,
    220,
  );
  const place = gridOf({ top, bottom, ...span });
  const names = rows.map(({ label, isCategory }) => ({
    value: inLocale(look, label),
    textStyle: {
      align: 'left',
      fontWeight: isCategory ? 600 : 400,
      padding: [0, 0, 0, isCategory ? 0 : 14],
    },
  }));
  const drawn = (of: (row: Row) => Bar): Bar[] => rows.map(of);
  return {
    title: heading(look, inLocale(look, figures.title), subtitle(figures, look)),
    grid: [place, place],
    xAxis: [hiddenAxis(0, longest), hiddenAxis(1, longest)],
    yAxis: [
      namesAxis(look, { names, width: left - 24, margin: left - 16 }),
      namesAxis(look, { gridIndex: 1, names, width: 0 }),
    ],
    series: [
      // The room stands behind, and carries the text, which so stands behind the room.
      bars(
        look,
        0,
        drawn((row) => ({ value: row.maximum, text: textOf(look, row), color: palette.room })),
      ),
      bars(
        look,
        1,
        drawn((row) => ({
          value: row.contribution,
          text: '',
          color: row.isCategory ? palette.other : palette.value,
        })),
      ),
    ],
  };
}

function textOf(look: Look, { contribution, maximum, value, isCategory }: Row): string {
  const points = `${contribution.toFixed(2)} / ${maximum.toFixed(2)}`;
  return isCategory ? points : `${points}   ${value ?? inLocale(look, words.noData)}`;
}

const subtitle = ({ score, scale, grade, isOverridden }: ScoreFigures, look: Look): string =>
  [
    `${inLocale(look, words.score)} ${score ?? '—'} / ${scale}`,
    inLocale(look, grade ?? words.tooLittle),
    ...(isOverridden ? [inLocale(look, words.overridden)] : []),
  ].join(' · ');

const describe = (figures: ScoreFigures, look: Look): string =>
  [
    subtitle(figures, look),
    ...rowsOf(figures).map((row) => `${inLocale(look, row.label)}: ${textOf(look, row)}`),
  ].join('; ');
