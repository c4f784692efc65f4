import { defineRevisions, documentFields } from '@crm/kit/document/document.fields';
import { defineEntity } from '@crm/kit/record/entity';
import { choice, id } from '@crm/kit/record/field';
import { InteractionEntity } from '../interaction/interaction.fields.ts';
import { byPerson } from '../person/person-access.ts';

const fields = {
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
  ...documentFields,
} as const;

/** A file that belongs to a person, a customer or an interaction, and is read by whoever reads that. */
export const DocumentEntity = defineEntity('Document', {
  fields,
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

export const DocumentRevisionEntity = defineRevisions('DocumentRevision', () => DocumentEntity);
