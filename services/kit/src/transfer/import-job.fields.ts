import { defineEntity } from '../record/entity.ts';
import { boolean, choice, dateTime, id, int, json, list, text } from '../record/field.ts';
import type { Labels } from '../record/field.ts';
import type { Viewer } from '../viewer.ts';
import { formatField } from './stored-file.fields.ts';
import type { ImportMapping } from './import-mapping.ts';

const modeLabels = {
  UPSERT: { zh: '新建或更新', en: 'Create or change' },
  CREATE: { zh: '只新建', en: 'Create only' },
  UPDATE: { zh: '只更新', en: 'Change only' },
} as const;

export const importStates = {
  QUEUED: { zh: '等待', en: 'Queued' },
  RUNNING: { zh: '进行中', en: 'Running' },
  DONE: { zh: '完成', en: 'Done' },
  FAILED: { zh: '失败', en: 'Failed' },
  CANCELLED: { zh: '已取消', en: 'Cancelled' },
  REVERTING: { zh: '撤销中', en: 'Being reverted' },
  REVERTED: { zh: '已撤销', en: 'Reverted' },
} as const;

const own = { required: true, managed: true } as const;
const count = (label: Labels) => int({ ...own, label });

/** A file that becomes records, in steps that are each whole or not there. */
export const ImportJobEntity = defineEntity('ImportJob', {
  fields: {
    subject: text({ max: 200, ...own, label: { zh: '账号', en: 'Account' } }),
    entity: text({ max: 64, ...own, label: { zh: '记录种类', en: 'Kind of record' } }),
    fileId: id({ ...own, label: { zh: '文件', en: 'File' } }),
    fileName: text({ max: 255, ...own, label: { zh: '文件名', en: 'File name' } }),
    format: formatField,
    mapping: json<ImportMapping>({ managed: true, label: { zh: '对应关系', en: 'Mapping' } }),
    mode: choice(modeLabels, { ...own, label: { zh: '方式', en: 'Mode' } }),
    matchOn: list({ managed: true, label: { zh: '匹配字段', en: 'Match on' } }),
    isDryRun: boolean({ ...own, label: { zh: '试运行', en: 'Dry run' } }),
    state: choice(importStates, { ...own, label: { zh: '状态', en: 'State' } }),
    /** Who started it, whose rights each row is taken with. */
    viewer: json<Viewer>({ managed: true, internal: true, label: { zh: '权限', en: 'Rights' } }),
    bytesTotal: count({ zh: '总字节数', en: 'Bytes' }),
    bytesRead: count({ zh: '已读字节数', en: 'Bytes read' }),
    rowsRead: count({ zh: '已处理行数', en: 'Rows' }),
    created: count({ zh: '新建', en: 'Created' }),
    updated: count({ zh: '更新', en: 'Changed' }),
    unchanged: count({ zh: '未变', en: 'Unchanged' }),
    refused: count({ zh: '拒绝', en: 'Refused' }),
    reverted: count({ zh: '已撤销', en: 'Reverted' }),
    kept: count({ zh: '未撤销', en: 'Kept' }),
    startedAt: dateTime({ managed: true, label: { zh: '开始时间', en: 'Started' } }),
    finishedAt: dateTime({ managed: true, label: { zh: '完成时间', en: 'Finished' } }),
    failure: text({ max: 500, managed: true, label: { zh: '失败原因', en: 'Failure' } }),
  },
  access: { by: 'subject', column: 'subject' },
});

export type ImportJob = NonNullable<typeof ImportJobEntity.row>;
