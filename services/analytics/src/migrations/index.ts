import { createFacts } from './2026-11-24-create-facts.ts';
import { createEvaluationModels } from './2026-11-30-create-evaluation-models.ts';
import { createEvaluationRun } from './2026-11-30-create-evaluation-run.ts';
import { keyReports } from './2026-11-30-key-reports.ts';
import { noteEvaluations } from './2026-11-30-note-evaluations.ts';
import { seedEvaluationModels } from './2026-11-30-seed-evaluation-models.ts';
import { createIndicator } from './2026-11-30-create-indicator.ts';
import { createPyramid } from './2026-11-30-create-pyramid.ts';
import { createPerformanceTarget } from './2026-11-30-create-performance-target.ts';
import { createRollup } from './2026-11-30-create-rollup.ts';
import { createSegment } from './2026-11-30-create-segment.ts';
import { createSimulation } from './2026-11-30-create-simulation.ts';
import { createStageRule } from './2026-11-30-create-stage-rule.ts';
import { keepCustomFields } from './2026-11-30-keep-custom-fields.ts';
import { keepMoreFacts } from './2026-11-30-keep-more-facts.ts';
import { keepSurveyResponses } from './2026-11-30-keep-survey-responses.ts';
import { keepSettlements } from './2026-11-30-keep-settlements.ts';
import { seedMoreIndicators } from './2026-11-30-seed-more-indicators.ts';
import { seedMoreModels } from './2026-11-30-seed-more-models.ts';
import { seedIndicatorsOfPeople } from './2026-11-30-seed-indicators-of-people.ts';
import { seedIndicators } from './2026-11-30-seed-indicators.ts';
import { seedSegments } from './2026-11-30-seed-segments.ts';
import { seedTerms } from './2026-11-30-seed-terms.ts';

/** In the order they run. A released migration is never edited; a mistake gets a new one. */
export const migrations = [
  createFacts,
  createSegment,
  createStageRule,
  createEvaluationModels,
  createIndicator,
  seedIndicators,
  seedIndicatorsOfPeople,
  keepCustomFields,
  keepMoreFacts,
  createPyramid,
  createEvaluationRun,
  createPerformanceTarget,
  seedEvaluationModels,
  keepSettlements,
  seedMoreIndicators,
  seedMoreModels,
  seedSegments,
  seedTerms,
  createSimulation,
  createRollup,
  keepSurveyResponses,
  noteEvaluations,
  keyReports,
];
