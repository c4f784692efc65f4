import { defineEntity } from '../record/entity.ts';
import { choice, dateTime, int, text } from '../record/field.ts';

const formatLabels = {
  CSV: { zh: 'CSV 文本', en: 'CSV' },
  NDJSON: { zh: 'NDJSON 文本', en: 'NDJSON' },
  XLSX: { zh: 'Excel 工作簿', en: 'Excel workbook' },
} as const;

export type FileFormat = keyof typeof formatLabels;

export const formatField = choice(formatLabels, {
  required: true,
  managed: true,
  label: { zh: '格式', en: 'Format' },
});

/** What somebody sent to be imported, or an export that waits to be fetched. */
export const StoredFileEntity = defineEntity('StoredFile', {
  fields: {
    subject: text({
      max: 200,
      required: true,
      managed: true,
      label: { zh: '账号', en: 'Account' },
    }),
    name: text({ max: 255, required: true, managed: true, label: { zh: '文件名', en: 'Name' } }),
    format: formatField,
    encoding: text({
      max: 20,
      required: true,
      managed: true,
      label: { zh: '编码', en: 'Encoding' },
    }),
    size: int({ required: true, managed: true, label: { zh: '字节数', en: 'Bytes' } }),
    partCount: int({ required: true, managed: true, label: { zh: '分段数', en: 'Parts' } }),
    completedAt: dateTime({ managed: true, label: { zh: '完成时间', en: 'Completed' } }),
    expiresAt: dateTime({
      required: true,
      managed: true,
      label: { zh: '失效时间', en: 'Expires' },
    }),
  },
  access: { by: 'subject', column: 'subject' },
});

export type StoredFile = NonNullable<typeof StoredFileEntity.row>;
