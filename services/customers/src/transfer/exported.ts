import type { Entity } from '@crm/kit/record/entity';
import { ExportJobEntity } from '@crm/kit/transfer/export-job.fields';
import { recordSource, type ExportSource } from '@crm/kit/transfer/export-source';
import { ImportJobEntity } from '@crm/kit/transfer/import-job.fields';
import { StoredFileEntity } from '@crm/kit/transfer/stored-file.fields';
import { entities } from '../entities.ts';

const own: readonly Entity[] = [ImportJobEntity, ExportJobEntity, StoredFileEntity];

/** The kinds of record that can be exported: each that this service owns. */
export const exported: readonly ExportSource[] = entities
  .filter((entity) => !own.includes(entity))
  .map(recordSource);
