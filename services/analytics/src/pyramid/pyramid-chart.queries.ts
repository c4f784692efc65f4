import { findAllCustomFields } from '@crm/kit/record/custom-field';
import { columnNamed } from '@crm/kit/record/entity';
import type { Labels } from '@crm/kit/record/field';
import { drawPicture } from '../chart/draw.ts';
import type { AskedLook } from '../chart/look.ts';
import { migrationPicture } from '../chart/migration-chart.ts';
import { pyramidPicture } from '../chart/pyramid-chart.ts';
import type { Context } from '../context.ts';
import { labelsOf } from '../model/criterion-label.ts';
import { CustomerReportRow } from '../report/report.fields.ts';
import type { Migration } from './member.queries.ts';
import type { Factor, PyramidDefinition, PyramidSnapshot } from './pyramid.fields.ts';
import { shownOf } from './pyramid.queries.ts';

/** The figures that the viewer is shown of a snapshot. */
export async function drawPyramid(
  context: Context,
  snapshot: PyramidSnapshot,
  asked: AskedLook,
): Promise<string> {
  const definition = await definitionOf(context, snapshot);
  const { tiers } = await shownOf(context, snapshot);
  const factor = await factorLabels(context, definition.factor ?? {});
  const figures = {
    title: titleOf(definition),
    factor,
    unit: definition.unit,
    asOf: snapshot.asOf,
    tiers: tiers.map(({ code, labels, count, sum, shareOfCount, shareOfSum }) => ({
      label: labels ?? { zh: code, en: code },
      count,
      sum,
      shareOfCount: Number(shareOfCount) / 100,
      shareOfSum: shareOfSum === null ? null : Number(shareOfSum) / 100,
    })),
  };
  return drawPicture(pyramidPicture(figures, asked));
}

const definitionOf = (
  { loaders }: Context,
  { definitionId }: PyramidSnapshot,
): Promise<PyramidDefinition> => loaders.pyramidDefinition.loadRequired(definitionId);

const titleOf = ({ code, labels }: PyramidDefinition): Labels => labels ?? { zh: code, en: code };

async function factorLabels(context: Context, factor: Factor): Promise<Labels> {
  const { indicator, model, field } = factor;
  if (indicator) return labelsOf(context.indicators, { code: indicator, label: null });
  if (model) return (await context.models.versions(model))[0].labels;
  const name = field ?? '';
  return (await fieldLabels(context, name)) ?? { zh: name, en: name };
}

async function fieldLabels({ app }: Context, name: string): Promise<Labels | undefined> {
  const column = columnNamed(CustomerReportRow, name);
  if (column) return column.field.label;
  const customFields = await findAllCustomFields(app.db.manager);
  return customFields.get(name.replace('custom.', 'Customer.'))?.labels;
}

/** Who went from which tier to which: the tiers of the later snapshot, then those that it has no more. */
export async function drawMigration(
  context: Context,
  { from, to, cells }: Migration,
  asked: AskedLook,
): Promise<string> {
  const definition = await definitionOf(context, to);
  const later = to.tiers ?? [];
  const gone = (from.tiers ?? []).filter(({ code }) => !later.some((tier) => tier.code === code));
  const figures = {
    title: titleOf(definition),
    from: from.asOf,
    to: to.asOf,
    tiers: [...later, ...gone].map(({ code, labels }) => ({ code, label: labels })),
    moves: cells,
  };
  return drawPicture(migrationPicture(figures, asked));
}
