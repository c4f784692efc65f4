import { defineEntity, type Entity, type Stamps } from '../record/entity.ts';
import { dateTime, id, int, text, type RowOf } from '../record/field.ts';

const contentFields = {
  name: text({ max: 255, required: true, label: { zh: '文件名', en: 'Name' } }),
  mimeType: text({ max: 127, required: true, managed: true, label: { zh: '类型', en: 'Type' } }),
  size: int({ required: true, managed: true, label: { zh: '字节数', en: 'Bytes' } }),
  sha256: text({ max: 64, required: true, managed: true, label: { zh: '校验值', en: 'SHA-256' } }),
  storageKey: text({
    max: 100,
    required: true,
    managed: true,
    internal: true,
    label: { zh: '存储位置', en: 'Stored under' },
  }),
} as const;

/** What every kind of document has, beside what it belongs to and what kind of document it is. */
export const documentFields = {
  note: text({ max: 1000, label: { zh: '备注', en: 'Note' } }),
  revision: int({ required: true, managed: true, label: { zh: '修订', en: 'Revision' } }),
  purgedAt: dateTime({
    managed: true,
    internal: true,
    label: { zh: '内容删除时间', en: 'Bytes deleted at' },
  }),
  ...contentFields,
} as const;

export type DocumentRow = Stamps & RowOf<typeof documentFields>;

const revisionFields = {
  documentId: id({ required: true, managed: true, label: { zh: '文档', en: 'Document' } }),
  revision: int({ required: true, managed: true, label: { zh: '修订', en: 'Revision' } }),
  ...contentFields,
} as const;

export type DocumentRevision = Stamps & RowOf<typeof revisionFields>;

/** The bytes that a document had, from when on. It is reached by whoever reaches the document. */
export const defineRevisions = (name: string, documents: () => Entity): Entity<DocumentRevision> =>
  defineEntity(name, {
    fields: revisionFields,
    access: { by: 'record', column: 'documentId', of: documents },
  });
