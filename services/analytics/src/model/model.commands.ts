import type { RequestContext } from '@crm/kit/context';
import { AppError, invalid, notFound, ruleViolation } from '@crm/kit/errors';
import { record } from '@crm/kit/event/outbox';
import type { EventType } from '@crm/kit/event/event';
import { runCommand, type Memory, type Work } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import { sql } from '@crm/kit/sql';
import { ModelPublished, ModelRetired, type ModelData } from '@crm/schemas/events/model';
import { evaluationId } from '../score/score.events.ts';
import { definitionOf, refuseCode, refused, type ModelInput } from './model-input.ts';
import { checkedCatalogue, classOf } from './model-catalogue.queries.ts';
import type { ModelDefinition } from './model.ts';
import {
  findModels,
  lockModel,
  publishVersion,
  retireVersions,
  saveDraft,
  type StoredModel,
} from './model.repository.ts';

type Repeatable = { readonly clientMutationId?: string | null };

export type SaveDraft = Repeatable & {
  readonly model: ModelInput;
  /** Of the draft that this one takes the place of. */
  readonly expectedRevision?: number | null;
};

/** Keeps a draft: the next version of the model, over the draft that there may be. */
export const saveEvaluationDraft = (
  context: RequestContext,
  input: SaveDraft,
): Promise<StoredModel> =>
  runCommand(context, { name: 'saveEvaluationDraft', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'evaluation models');
    const { model, expectedRevision = null } = input;
    const { code } = model;
    refuseCode(code);
    const versions = await lockModel(work.manager, code);
    const [newest] = versions;
    const draft = draftOf(versions);
    refuseOther(draft, expectedRevision);
    const definition = definitionOf(model);
    refuseMoved(versions, definition);
    const catalogue = await checkedCatalogue(work, definition);
    await saveDraft(work.manager, {
      code,
      definition,
      version: draft?.version ?? (newest?.version ?? 0) + 1,
      class: classOf(definition, catalogue),
      savedAt: work.now,
      savedById: work.viewer.staffId,
    });
    return newestOf(work, code);
  });

const draftOf = ([newest]: readonly StoredModel[]): StoredModel | null =>
  newest?.publishedAt === null ? newest : null;

/** Somebody else has saved the draft meanwhile. */
function refuseOther(draft: StoredModel | null, expectedRevision: number | null): void {
  const revision = draft?.revision ?? null;
  if (expectedRevision === revision || (draft === null && expectedRevision === null)) return;
  const there = draft ? `The draft is at revision ${draft.revision}` : 'There is no draft';
  throw new AppError('CONFLICT', `${there}: read it again, and save with its revision`, {
    currentVersion: revision ?? 0,
  });
}

function refuseMoved(versions: readonly StoredModel[], { subjectType }: ModelDefinition): void {
  const [before] = versions;
  if (!before || before.subjectType === subjectType) return;
  throw refused([{ path: 'subjectType', message: `stays ${before.subjectType}` }]);
}

type Publish = Repeatable & {
  readonly code: string;
  readonly expectedRevision?: number | null;
  /** Now when left out. */
  readonly effectiveFrom?: Date | null;
};

/** Makes the draft the version that scores are made by, from now or a time ahead. */
export const publishEvaluationModel = (
  context: RequestContext,
  input: Publish,
): Promise<StoredModel> =>
  runCommand(context, { name: 'publishEvaluationModel', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'evaluation models');
    const { code, expectedRevision = null } = input;
    const versions = await lockModel(work.manager, code);
    const draft = versions.find(({ publishedAt }) => publishedAt === null);
    if (!draft) throw versions.length === 0 ? notFound('Model', code) : noDraft(code);
    if (expectedRevision !== null) refuseOther(draft, expectedRevision);
    // What the draft is made of may have been retired since it was saved.
    await checkedCatalogue(work, draft);
    const effectiveFrom = startOf(input.effectiveFrom ?? work.now, versions, work.now);
    await publishVersion(work.manager, draft, {
      effectiveFrom,
      publishedAt: work.now,
      publishedById: work.viewer.staffId,
    });
    await tell(work, ModelPublished, { ...draft, effectiveFrom, retiredAt: null });
    return newestOf(work, code);
  });

const noDraft = (code: string): Error =>
  ruleViolation(`${code} has no draft: save one with saveEvaluationDraft, then publish it`);

/** Scores of days that are over stay as they are, and versions follow each other. */
function startOf(from: Date, versions: readonly StoredModel[], now: Date): Date {
  const last = versions.find(({ publishedAt, retiredAt }) => publishedAt && !retiredAt);
  const earliest = last?.effectiveFrom && last.effectiveFrom > now ? last.effectiveFrom : now;
  if (from >= earliest) return from;
  const message = `must not be before ${earliest.toISOString()}`;
  throw invalid(`effectiveFrom ${message}`, [{ path: 'effectiveFrom', message }]);
}

/** Ends a model: what was scored by it can still be read, and nothing is scored by it any more. */
export const retireEvaluationModel = (
  context: RequestContext,
  input: Repeatable & { readonly code: string },
): Promise<StoredModel> =>
  runCommand(context, { name: 'retireEvaluationModel', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'evaluation models');
    const versions = await lockModel(work.manager, input.code);
    const last = versions.find(({ publishedAt }) => publishedAt !== null);
    if (!last) throw notFound('Published model', input.code);
    if (last.retiredAt !== null && last.retiredAt <= work.now) {
      throw ruleViolation(`${input.code} is retired already`);
    }
    await retireVersions(work.manager, last.modelId, work.now);
    await tell(work, ModelRetired, { ...last, retiredAt: work.now });
    return requiredVersion(work, input.code, last.version);
  });

/** A command that comes again is given the model as it is now. */
const memory: Memory<StoredModel> = {
  keep: ({ code, version }) => ({ code, version }),
  recall: async (manager, kept) => {
    const { code, version } = Object(kept);
    const [model] = await findModels(
      manager,
      sql`m.code = ${String(code)} AND v.version = ${Number(version)}`,
    );
    if (!model) throw notFound('Model', String(code));
    return model;
  },
};

async function newestOf({ manager }: Work, code: string): Promise<StoredModel> {
  const [model] = await findModels(manager, sql`m.code = ${code}`);
  if (!model) throw notFound('Model', code);
  return model;
}

const requiredVersion = ({ manager }: Work, code: string, version: number): Promise<StoredModel> =>
  memory.recall(manager, { code, version });

type Told = Pick<StoredModel, 'code' | 'effectiveFrom' | 'modelId' | 'retiredAt' | 'version'>;

async function tell(work: Work, type: EventType<ModelData>, model: Told): Promise<void> {
  const { code, effectiveFrom, retiredAt } = model;
  await record(work.manager, {
    type,
    aggregateId: evaluationId(code, nobody),
    // Published and retired once each.
    version: model.version * 2 - (type === ModelPublished ? 1 : 0),
    customerId: null,
    actor: work.viewer.staffId,
    changedFields: [],
    data: {
      code,
      modelVersion: model.version,
      effectiveFrom: (effectiveFrom ?? work.now).toISOString(),
      retiredAt: retiredAt?.toISOString() ?? null,
    },
  });
}

/** A model's own events name no subject. */
const nobody = '00000000-0000-8000-8000-000000000000';
