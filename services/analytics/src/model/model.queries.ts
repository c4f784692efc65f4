import type { RequestContext } from '@crm/kit/context';
import { notFound } from '@crm/kit/errors';
import { and, raw, sql } from '@crm/kit/sql';
import { readsCompany, scopeOf } from '@crm/kit/record/policy';
import DataLoader from 'dataloader';
import type { SubjectType } from '../indicator/indicator.ts';
import type { ModelKind } from './model.ts';
import {
  findModels,
  findModelsInForce,
  statusOf,
  type ModelStatus,
  type StoredModel,
} from './model.repository.ts';

type ModelsArgs = {
  readonly kind?: ModelKind | null;
  readonly status?: ModelStatus | null;
  readonly subjectType?: SubjectType | null;
};

/** Versions of models: those of one status, or for each model the newest that was published. */
export async function readModels(
  { app, viewer }: RequestContext,
  { kind, status, subjectType }: ModelsArgs,
): Promise<readonly StoredModel[]> {
  if (!readsCompany(viewer)) return [];
  const wanted = and([
    subjectType ? sql`m.subjectType = ${subjectType}` : raw('TRUE'),
    kind ? sql`v.definition->>'$.kind' = ${kind}` : raw('TRUE'),
    seesDrafts(viewer) ? raw('TRUE') : raw('v.publishedAt IS NOT NULL'),
  ]);
  const found = await findModels(app.db.manager, wanted);
  if (status) return found.filter((model) => statusOf(model, app.now()) === status);
  const published = found.filter(({ publishedAt }) => publishedAt !== null);
  const newest = [...published, ...found].filter(
    ({ code }, at, all) => all.findIndex((each) => each.code === code) === at,
  );
  return newest.toSorted((a, b) => (a.code < b.code ? -1 : 1));
}

/** One version, or the one in force; of a model that was never published, its draft. */
export async function readModel(
  { app, viewer }: RequestContext,
  { code, version }: { readonly code: string; readonly version?: number | null },
): Promise<StoredModel | null> {
  if (!readsCompany(viewer)) return null;
  const found = (await findModels(app.db.manager, sql`m.code = ${code}`)).filter(
    ({ publishedAt }) => publishedAt !== null || seesDrafts(viewer),
  );
  if (version) return found.find((model) => model.version === version) ?? null;
  const now = app.now();
  return (
    found.find(
      (model) =>
        statusOf(model, now) === 'PUBLISHED' &&
        model.effectiveFrom !== null &&
        model.effectiveFrom <= now,
    ) ??
    found.find(({ publishedAt }) => publishedAt !== null) ??
    found[0] ??
    null
  );
}

/** Drafts are for those who make them. */
export const seesDrafts = (viewer: RequestContext['viewer']): boolean =>
  scopeOf(viewer, 'manage') === 'all' || viewer.roles.includes('analyst');

/** The newest first. */
export type Versions = readonly [StoredModel, ...StoredModel[]];

export type ModelReads = {
  /** All published versions of the model; throws when there is none. */
  readonly versions: (code: string) => Promise<Versions>;
  readonly inForce: (subjectType: SubjectType) => Promise<readonly StoredModel[]>;
};

export function modelReads({ app }: RequestContext): ModelReads {
  const { manager } = app.db;
  const byCode = new DataLoader<string, readonly StoredModel[]>(async (codes) => {
    const published = sql`m.code IN (${codes}) AND v.publishedAt IS NOT NULL`;
    const found = await findModels(manager, published);
    return codes.map((code) => found.filter((model) => model.code === code));
  });
  const bySubject = new DataLoader<SubjectType, readonly StoredModel[]>(async (types) => {
    const found = await findModelsInForce(manager, { now: app.now() });
    return types.map((type) => found.filter(({ subjectType }) => subjectType === type));
  });
  return {
    versions: async (code) => {
      const [newest, ...others] = await byCode.load(code.slice(0, 64));
      if (!newest) throw notFound('Model', code);
      return [newest, ...others];
    },
    inForce: (subjectType) => bySubject.load(subjectType),
  };
}

export { statusOf } from './model.repository.ts';
