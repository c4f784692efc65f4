import type { Labels } from '@crm/kit/record/field';
import { distributionPicture } from '../chart/distribution-chart.ts';
import { drawPicture } from '../chart/draw.ts';
import type { AskedLook } from '../chart/look.ts';
import { bestFirst, gradeLabel } from '../score/score-chart.queries.ts';
import type { Simulation } from './simulation.queries.ts';
import { gradeShifts, moverCount } from './simulation.ts';

const noGrade: Labels = { zh: '无等级', en: 'No grade' };

/** How many have each grade now, and by the draft. */
export function drawSimulation(
  { model, comparison }: Simulation,
  asked: AskedLook,
): Promise<string> {
  const isCompared = comparison.comparedCount > 0;
  const codes = bestFirst(model.grades).map(({ code }) => code);
  const figures = {
    title: model.labels,
    grades: gradeShifts(codes, comparison).map(({ grade, before, after }) => ({
      label: gradeLabel(model, grade) ?? noGrade,
      before: isCompared ? before : null,
      after,
    })),
    changed: isCompared ? moverCount(comparison) : null,
  };
  return drawPicture(distributionPicture(figures, asked));
}
