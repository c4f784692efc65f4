import type { AggregateArgs, AggregateFunction, AggregateResult } from '@crm/kit/record/aggregate';
import { columnNamed, type Entity } from '@crm/kit/record/entity';
import type { Labels } from '@crm/kit/record/field';
import type { ExportColumn } from '@crm/kit/transfer/export-plan';

type Cell = string | null;
type Cells = Readonly<Record<string, Cell>>;

/** Groups as rows of cells, and the columns that they have. */
type GroupTable = {
  readonly columns: readonly ExportColumn[];
  readonly rows: readonly Cells[];
};

type Row = AggregateResult['rows'][number];

type Named = {
  readonly path: string;
  readonly labels: Labels;
  readonly cellOf: (row: Row) => Cell;
  /** Left out when no group has a value for it: names of what has none, currencies of no money. */
  readonly isBeside?: boolean;
};

/** A column for each key and measure, and beside them what keys are called and currencies. */
export function groupTable(
  { rows }: AggregateResult,
  { entity, args, language }: Asked,
): GroupTable {
  const columns = [
    ...(args.groupBy ?? []).flatMap(({ field }, at) => keyColumns(entity, field, { at, language })),
    ...args.measures.flatMap((measure, at) => measureColumns(entity, measure, at)),
  ].filter(({ isBeside, cellOf }) => !isBeside || rows.some((row) => cellOf(row) !== null));
  return {
    columns: columns.map(({ path, labels }) => ({
      path,
      labels,
      valueOf: (row) => Reflect.get(row, path),
    })),
    rows: rows.map((row) =>
      Object.fromEntries(columns.map(({ path, cellOf }) => [path, cellOf(row)])),
    ),
  };
}

type Asked = {
  readonly entity: Entity;
  readonly args: Pick<AggregateArgs, 'groupBy' | 'measures'>;
  readonly language: 'en' | 'zh';
};

function keyColumns(
  entity: Entity,
  field: string,
  { at, language }: { readonly at: number } & Pick<Asked, 'language'>,
): Named[] {
  const labels = labelOf(entity, field);
  return [
    { path: field, labels, cellOf: ({ keys }) => keys[at]?.value ?? null },
    {
      path: `${field}Label`,
      labels: { zh: `${labels.zh}名称`, en: `${labels.en}: name` },
      cellOf: ({ keys }) => keys[at]?.labels?.[language] ?? null,
      isBeside: true,
    },
  ];
}

const words: Readonly<Record<AggregateFunction, Labels>> = {
  AVG: { zh: '平均', en: 'Average' },
  COUNT: { zh: '计数', en: 'Count' },
  COUNT_DISTINCT: { zh: '去重计数', en: 'Different' },
  MAX: { zh: '最大', en: 'Highest' },
  MIN: { zh: '最小', en: 'Lowest' },
  SUM: { zh: '合计', en: 'Sum' },
};

function measureColumns(
  entity: Entity,
  { fn, field }: AggregateArgs['measures'][number],
  at: number,
): Named[] {
  const path = field ? `${fn.toLowerCase()}_${field.replaceAll('.', '_')}` : fn.toLowerCase();
  const of = field ? labelOf(entity, field) : { zh: '', en: '' };
  const labels = { zh: `${of.zh}${words[fn].zh}`, en: `${words[fn].en} ${of.en}`.trim() };
  return [
    { path, labels, cellOf: ({ values }) => values[at]?.value ?? null },
    {
      path: `${path}_currency`,
      labels: { zh: `${labels.zh}币种`, en: `${labels.en}: currency` },
      cellOf: ({ values }) => values[at]?.currency ?? null,
      isBeside: true,
    },
  ];
}

/** What a field is called, of the record itself or of one that it names; else its name. */
function labelOf(entity: Entity, field: string): Labels {
  const [top = '', ...rest] = field.split('.');
  const relation = entity.relations[top];
  const found = relation
    ? columnNamed(relation.to(), rest.join('.'))
    : (columnNamed(entity, field) ?? columnNamed(entity, `${field}.amount`));
  return found?.field.label ?? { zh: field, en: field };
}
