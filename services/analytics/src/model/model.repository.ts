import type { FieldClass } from '@crm/kit/record/field';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { SubjectType } from '../indicator/indicator.ts';
import type { Model, ModelDefinition } from './model.ts';

export type ModelStatus = 'DRAFT' | 'PUBLISHED' | 'RETIRED';

/** One version of a model, as it lies in the database. */
export type StoredModel = Model & {
  readonly modelId: number;
  /** The strictest class of what it is made of: so carefully its scores are kept. */
  readonly class: FieldClass;
  /** Grows each time the draft is saved. */
  readonly revision: number;
  readonly savedAt: Date;
  readonly savedById: string | null;
  readonly publishedAt: Date | null;
  readonly publishedById: string | null;
  /** Scores are of this version from then on, up to `retiredAt`. */
  readonly effectiveFrom: Date | null;
  readonly retiredAt: Date | null;
};

type Row = Omit<StoredModel, keyof ModelDefinition | 'publishedById' | 'savedById'> & {
  readonly definition: ModelDefinition;
  readonly savedById: Uint8Array | null;
  readonly publishedById: Uint8Array | null;
};

const modelsMax = 1000;

/** Versions of models, by code and then the newest first. */
export async function findModels(manager: EntityManager, where: Sql): Promise<StoredModel[]> {
  const { text, values } = sql`SELECT m.code, v.* FROM evaluationModel m
    JOIN evaluationModelVersion v ON v.modelId = m.id
    WHERE ${where} ORDER BY m.code, v.version DESC LIMIT ${raw(String(modelsMax))}`;
  const rows: Row[] = await manager.query(text, [...values]);
  return rows.map(({ definition, savedById, publishedById, ...row }) => ({
    ...definition,
    ...row,
    savedById: savedById && idFromBytes(savedById),
    publishedById: publishedById && idFromBytes(publishedById),
  }));
}

/** The versions that scores are made by at this time: one of each model that is not retired. */
export const findModelsInForce = (
  manager: EntityManager,
  { now, subjectType }: { readonly now: Date; readonly subjectType?: SubjectType },
): Promise<StoredModel[]> =>
  findModels(
    manager,
    and([
      inForce(now),
      subjectType === undefined ? raw('TRUE') : sql`m.subjectType = ${subjectType}`,
    ]),
  );

const inForce = (now: Date): Sql =>
  sql`(v.publishedAt IS NOT NULL AND v.effectiveFrom <= ${now}
    AND (v.retiredAt IS NULL OR v.retiredAt > ${now}))`;

/** All versions of a model, which nobody else changes until this transaction ends. */
export async function lockModel(manager: EntityManager, code: string): Promise<StoredModel[]> {
  await manager.query('SELECT id FROM evaluationModel WHERE code = ? FOR UPDATE', [code]);
  return findModels(manager, sql`m.code = ${code}`);
}

export const statusOf = ({ publishedAt, retiredAt }: StoredModel, now: Date): ModelStatus => {
  if (publishedAt === null) return 'DRAFT';
  return retiredAt !== null && retiredAt <= now ? 'RETIRED' : 'PUBLISHED';
};

type Saved = {
  readonly code: string;
  readonly version: number;
  readonly definition: ModelDefinition;
  readonly class: FieldClass;
  readonly savedAt: Date;
  readonly savedById: string | null;
};

/** Writes a draft, over the one before it. A version that was published stays as it is. */
export async function saveDraft(manager: EntityManager, draft: Saved): Promise<void> {
  const { code, definition, savedById } = draft;
  await manager.query(
    `INSERT INTO evaluationModel (code, subjectType) VALUES (?, ?) AS fresh
     ON DUPLICATE KEY UPDATE code = fresh.code`,
    [code, definition.subjectType],
  );
  await manager.query(
    `INSERT INTO evaluationModelVersion (modelId, version, revision, definition, class, savedAt, savedById)
     SELECT id, ?, 1, ?, ?, ?, ? FROM evaluationModel WHERE code = ?
     ON DUPLICATE KEY UPDATE revision = revision + 1,
       definition = VALUES(definition), class = VALUES(class), savedAt = VALUES(savedAt),
       savedById = VALUES(savedById)`,
    [
      draft.version,
      JSON.stringify(definition),
      draft.class,
      draft.savedAt,
      savedById && idToBytes(savedById),
      code,
    ],
  );
}

type Published = {
  readonly effectiveFrom: Date;
  readonly publishedAt: Date;
  readonly publishedById: string | null;
};

/** Publishes a draft, and retires the versions before it from when this one takes effect. */
export async function publishVersion(
  manager: EntityManager,
  { modelId, version }: Pick<StoredModel, 'modelId' | 'version'>,
  { effectiveFrom, publishedAt, publishedById }: Published,
): Promise<void> {
  await manager.query(
    `UPDATE evaluationModelVersion SET retiredAt = ?
     WHERE modelId = ? AND publishedAt IS NOT NULL AND retiredAt IS NULL`,
    [effectiveFrom, modelId],
  );
  await manager.query(
    `UPDATE evaluationModelVersion SET publishedAt = ?, publishedById = ?, effectiveFrom = ?
     WHERE modelId = ? AND version = ? AND publishedAt IS NULL`,
    [publishedAt, publishedById && idToBytes(publishedById), effectiveFrom, modelId, version],
  );
}

/** Ends every published version that has not ended yet, one that was to take effect later too. */
export async function retireVersions(
  manager: EntityManager,
  modelId: number,
  now: Date,
): Promise<void> {
  await manager.query(
    `UPDATE evaluationModelVersion SET retiredAt = ?
     WHERE modelId = ? AND publishedAt IS NOT NULL AND (retiredAt IS NULL OR retiredAt > ?)`,
    [now, modelId, now],
  );
}
