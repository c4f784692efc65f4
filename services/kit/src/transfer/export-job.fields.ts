import type { Criteria } from '../record/criteria.ts';
import { defineEntity } from '../record/entity.ts';
import { choice, dateTime, id, int, json, list, text } from '../record/field.ts';
import type { OrderBy } from '../record/sort.ts';
import type { Viewer } from '../viewer.ts';
import { formatField } from './stored-file.fields.ts';

const own = { required: true, managed: true } as const;

/** A list of records that becomes a file. */
export const ExportJobEntity = defineEntity('ExportJob', {
  fields: {
    subject: text({ max: 200, ...own, label: { zh: '账号', en: 'Account' } }),
    entity: text({ max: 64, ...own, label: { zh: '记录种类', en: 'Kind of record' } }),
    where: json<Criteria>({ managed: true, label: { zh: '条件', en: 'Filter' } }),
    orderBy: json<readonly OrderBy[]>({ managed: true, label: { zh: '排序', en: 'Order' } }),
    /** What else the kind of list was asked. */
    asked: json<unknown>({
      managed: true,
      internal: true,
      label: { zh: '其他参数', en: 'Arguments' },
    }),
    fields: list({ max: 300, managed: true, label: { zh: '字段', en: 'Fields' } }),
    format: formatField,
    headings: choice(
      {
        NAMES: { zh: '字段名', en: 'Names of fields' },
        ZH_CN: { zh: '中文', en: 'Chinese' },
        EN: { zh: '英文', en: 'English' },
      },
      { ...own, label: { zh: '表头', en: 'Headings' } },
    ),
    state: choice(
      {
        QUEUED: { zh: '等待', en: 'Queued' },
        RUNNING: { zh: '进行中', en: 'Running' },
        DONE: { zh: '完成', en: 'Done' },
        FAILED: { zh: '失败', en: 'Failed' },
        REFUSED: { zh: '拒绝', en: 'Refused' },
        CANCELLED: { zh: '已取消', en: 'Cancelled' },
      },
      { ...own, label: { zh: '状态', en: 'State' } },
    ),
    /** Who started it, whose rights each page is read with. */
    viewer: json<Viewer>({ managed: true, internal: true, label: { zh: '权限', en: 'Rights' } }),
    rowsTotal: int({ ...own, label: { zh: '总行数', en: 'Rows' } }),
    rowsWritten: int({ ...own, label: { zh: '已写行数', en: 'Rows written' } }),
    cursorText: text({
      max: 2000,
      managed: true,
      internal: true,
      label: { zh: '进度', en: 'Cursor' },
    }),
    /** What the writer of the format has to know to go on. */
    writerState: json<unknown>({
      managed: true,
      internal: true,
      label: { zh: '写入进度', en: 'Writer' },
    }),
    fileId: id({ managed: true, label: { zh: '文件', en: 'File' } }),
    startedAt: dateTime({ managed: true, label: { zh: '开始时间', en: 'Started' } }),
    finishedAt: dateTime({ managed: true, label: { zh: '完成时间', en: 'Finished' } }),
    failure: text({ max: 500, managed: true, label: { zh: '失败原因', en: 'Failure' } }),
  },
  access: { by: 'subject', column: 'subject' },
});

export type ExportJob = NonNullable<typeof ExportJobEntity.row>;
