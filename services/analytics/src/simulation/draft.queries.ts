import type { RequestContext } from '@crm/kit/context';
import { forbidden } from '@crm/kit/errors';
import type { Criteria } from '@crm/kit/record/criteria';
import type { FieldClass } from '@crm/kit/record/field';
import type { EntityManager } from 'typeorm';
import type { IndicatorCatalogue } from '../indicator/indicator-catalogue.ts';
import { checkedCatalogue, classOf } from '../model/model-catalogue.queries.ts';
import { mayReadScores } from '../model/model-class.ts';
import { definitionOf, refuseCode, type ModelInput } from '../model/model-input.ts';
import { seesDrafts } from '../model/model.queries.ts';
import type { Model } from '../model/model.ts';

export type DraftInput = {
  readonly draft: ModelInput;
  readonly population?: Criteria | null;
};

type Draft = {
  readonly model: Model;
  readonly class: FieldClass;
  readonly catalogue: IndicatorCatalogue;
};

/** A draft that can be evaluated, and that the viewer may know the results of. */
export async function readDraft(
  { viewer, app }: Pick<RequestContext, 'app' | 'viewer'>,
  manager: EntityManager,
  { draft }: DraftInput,
): Promise<Draft> {
  requireDrafts(viewer);
  refuseCode(draft.code);
  const definition = definitionOf(draft);
  const catalogue = await checkedCatalogue({ manager, now: app.now() }, definition);
  const fieldClass = classOf(definition, catalogue);
  if (!mayReadScores(viewer, { class: fieldClass })) {
    throw forbidden('You may not read what this model is made of');
  }
  return { model: { ...definition, code: draft.code, version: 0 }, class: fieldClass, catalogue };
}

/** Whoever makes models reads all subjects. */
export function requireDrafts(viewer: RequestContext['viewer']): void {
  if (!seesDrafts(viewer)) throw forbidden('You may not read evaluation models in the making');
}
