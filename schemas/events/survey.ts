import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

/** Somebody has answered a survey. What was said in words stays in care. */
const surveyAnsweredSchema = z.object({
  surveyId: z.uuid(),
  taskId: z.uuid(),
  personId: z.uuid(),
  customerId: z.uuid().nullable(),
  kind: z.enum(['RESEARCH', 'SATISFACTION']),
  /** From 0 to 100; null when the survey has no ratings. */
  score: z.string().nullable(),
  /** From 0 to 10. */
  nps: z.number().int().nullable(),
  answeredAt: z.iso.datetime(),
});

export type SurveyAnsweredData = z.infer<typeof surveyAnsweredSchema>;

/** The aggregate is the response. */
export const SurveyAnswered = defineEvent('survey.answered', surveyAnsweredSchema);
