import { defineEntity } from '@crm/kit/record/entity';
import { choice, dateTime, id, int, text } from '@crm/kit/record/field';
import { InteractionEntity } from '../interaction/interaction.fields.ts';
import { byPerson } from '../person/person-access.ts';

const content = {
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

const documentFields = {
  subjectKind: choice(
    {
      PERSON: { zh: '联系人', en: 'Person' },
      CUSTOMER: { zh: '客户', en: 'Customer' },
      INTERACTION: { zh: '往来', en: 'Interaction' },
    },
    { required: true, managed: true, label: { zh: '所属', en: 'Belongs to' } },
  ),
  personId: id({ names: 'Person', label: { zh: '联系人', en: 'Person' } }),
  customerId: id({ names: 'Customer', label: { zh: '客户', en: 'Customer' } }),
  interactionId: id({ names: 'Interaction', label: { zh: '往来', en: 'Interaction' } }),
  kind: choice(
    {
      CONTRACT: { zh: '合同', en: 'Contract' },
      QUOTATION: { zh: '报价', en: 'Quotation' },
      MINUTES: { zh: '会议纪要', en: 'Minutes' },
      BUSINESS_CARD: { zh: '名片', en: 'Business card' },
      CERTIFICATE: { zh: '证件', en: 'Certificate' },
      PHOTO: { zh: '照片', en: 'Photo' },
      RECORDING: { zh: '录音录像', en: 'Recording' },
      OTHER: { zh: '其他', en: 'Other' },
    },
    { required: true, label: { zh: '类别', en: 'Kind' } },
  ),
  note: text({ max: 1000, label: { zh: '备注', en: 'Note' } }),
  revision: int({ required: true, managed: true, label: { zh: '修订', en: 'Revision' } }),
  purgedAt: dateTime({
    managed: true,
    internal: true,
    label: { zh: '内容删除时间', en: 'Bytes deleted at' },
  }),
  ...content,
} as const;

/** A file that belongs to a person, a customer or an interaction, and is read by whoever reads that. */
export const DocumentEntity = defineEntity('Document', {
  fields: documentFields,
  access: {
    by: 'value',
    column: 'subjectKind',
    of: {
      PERSON: byPerson(),
      CUSTOMER: { by: 'parent', column: 'customerId', table: 'customerAccess' },
      INTERACTION: { by: 'record', column: 'interactionId', of: () => InteractionEntity },
    },
  },
});

export type Document = NonNullable<typeof DocumentEntity.row>;

/** The bytes that a document had, from when on. It is reached by whoever reaches the document. */
export const DocumentRevisionEntity = defineEntity('DocumentRevision', {
  fields: {
    documentId: id({ required: true, managed: true, label: { zh: '文档', en: 'Document' } }),
    revision: int({ required: true, managed: true, label: { zh: '修订', en: 'Revision' } }),
    ...content,
  },
  access: { by: 'record', column: 'documentId', of: () => DocumentEntity },
});

export type DocumentRevision = NonNullable<typeof DocumentRevisionEntity.row>;
