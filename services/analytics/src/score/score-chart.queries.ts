import type { Labels } from '@crm/kit/record/field';
import { drawPicture } from '../chart/draw.ts';
import { valueText } from '../chart/figure-text.ts';
import { historyPicture } from '../chart/history-chart.ts';
import type { AskedLook } from '../chart/look.ts';
import { scorePicture, type CriterionFigures } from '../chart/score-chart.ts';
import type { IndicatorRow } from '../indicator/indicator.fields.ts';
import type { IndicatorReads } from '../indicator/indicator.queries.ts';
import { labelsOf } from '../model/criterion-label.ts';
import type { GradeBand, Model } from '../model/model.ts';
import { categorized, type CategorizedContribution, type Evaluation } from './evaluation.ts';
import type { History } from './history.queries.ts';

/** What each criterion gave of what it could have; null for a viewer who may not know. */
export async function drawScore(
  indicators: IndicatorReads,
  evaluation: Evaluation,
  asked: AskedLook,
): Promise<string | null> {
  const { model, score, grade, status, isHidden } = evaluation;
  if (isHidden) return null;
  const contributions = categorized(evaluation);
  const drawn = await Promise.all(contributions.map((each) => figuresOf(indicators, each, asked)));
  const names = model.categories.map(({ name }) => name);
  const figures = {
    title: model.labels,
    score,
    scale: String(model.scale),
    grade: gradeLabel(model, grade),
    isOverridden: status === 'OVERRIDDEN',
    categories: names.map((label) => ({
      label,
      criteria: drawn.filter((_, at) => contributions[at]?.category === label),
    })),
  };
  return drawPicture(scorePicture(figures, asked));
}

export const gradeLabel = ({ grades }: Model, code: string | null): Labels | null =>
  grades.find((grade) => grade.code === code)?.label ?? null;

const textMax = 24;

async function figuresOf(
  indicators: IndicatorReads,
  { criterion, value, contribution, maxContribution }: CategorizedContribution,
  asked: AskedLook,
): Promise<CriterionFigures> {
  const { indicator: code, label } = criterion;
  const indicator = await indicators.byCode(code);
  return {
    label: await labelsOf(indicators, { code, label }),
    value: value === null ? null : textOf(indicator, String(value), asked),
    contribution,
    maximum: maxContribution,
  };
}

const textOf = (indicator: IndicatorRow | null, value: string, asked: AskedLook): string =>
  indicator?.valueType === 'NUMBER'
    ? valueText(asked, value, indicator.unit)
    : value.slice(0, textMax);

/** The results of a page as steps through time; null for a viewer who may not know. */
export async function drawHistory(
  { model, until, nodes }: History,
  asked: AskedLook,
): Promise<string | null> {
  if (nodes.some(({ isHidden }) => isHidden)) return null;
  const figures = {
    title: model.labels,
    scale: String(model.scale),
    grades: bestFirst(model.grades),
    points: nodes.toReversed().map(({ model: version, validFrom, score, grade }) => ({
      validFrom,
      score,
      grade: gradeLabel(version, grade),
    })),
    until,
  };
  return drawPicture(historyPicture(figures, asked));
}

export const bestFirst = (grades: readonly GradeBand[]): readonly GradeBand[] =>
  grades.toSorted((a, b) => b.from - a.from);
