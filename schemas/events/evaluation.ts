import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

const about = {
  subjectType: z.enum(['CUSTOMER', 'PERSON', 'COMPETITOR', 'STAFF']),
  subjectId: z.uuid(),
  /** The model's code. */
  model: z.string(),
  modelVersion: z.number().int(),
};

/** Scores are decimals as text. Null where there is none: before the first, and without enough data. */
const outcome = {
  oldScore: z.string().nullable(),
  newScore: z.string().nullable(),
  oldGrade: z.string().nullable(),
  newGrade: z.string().nullable(),
};

/** What it was a day before, by the same version of the model; null where that had no grade. */
const dayBefore = z.object({ score: z.string(), grade: z.string() }).nullable().optional();

/** Of a model over confidential or personal data only that the result changed is told, and in what. */
const changedSchema = z.object({
  ...about,
  /** What it was computed for: EVENT, RUN, OVERRIDE and so on. */
  cause: z.string(),
  outcome: z.object(outcome).nullable(),
  dayBefore,
});

const figuresSchema = z.object({
  ...about,
  ...outcome,
  dayBefore,
  /** How carefully the model's results are kept. */
  class: z.enum(['PUBLIC', 'INTERNAL', 'CONFIDENTIAL', 'PERSONAL', 'SENSITIVE']).optional(),
});

export type EvaluationChangedData = z.infer<typeof changedSchema>;
export type EvaluationFiguresData = z.infer<typeof figuresSchema>;

export const EvaluationChanged = defineEvent('evaluation.changed', changedSchema);

/** What `evaluation.changed` leaves out, for services. */
export const EvaluationFiguresChanged = defineEvent('evaluation.figures_changed', figuresSchema, {
  visibility: 'private',
});
