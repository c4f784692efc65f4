import type { FieldClass } from '@crm/kit/record/field';
import { readingOf } from '@crm/kit/record/policy';
import type { Viewer } from '@crm/kit/viewer';

/** A score tells something of all that it is made of: who may not read that reads no score. */
export const mayReadScores = (viewer: Viewer, model: { readonly class: FieldClass }): boolean =>
  readingOf(viewer, model.class) === 'read';
