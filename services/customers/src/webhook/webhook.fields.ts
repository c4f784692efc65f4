import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, dateTime, id, int, json, list, text } from '@crm/kit/record/field';

/** Where a partner wants to be told of changes, and for whom. */
export const WebhookEntity = defineEntity('Webhook', {
  fields: {
    name: text({ max: 100, required: true, label: { zh: '名称', en: 'Name' } }),
    url: text({ max: 500, required: true, label: { zh: '网址', en: 'URL' } }),
    filter: json<object>({ label: { zh: '筛选', en: 'Filter' } }),
    active: boolean({ required: true, label: { zh: '启用', en: 'Active' } }),
    ownerSubject: text({
      max: 200,
      required: true,
      managed: true,
      label: { zh: '所属账号', en: 'Account' },
    }),
    // What the account's token said of it. The teams of staff are looked up anew.
    staffId: id({ managed: true, internal: true, label: { zh: '员工', en: 'Staff' } }),
    roles: list({ managed: true, internal: true, label: { zh: '角色', en: 'Roles' } }),
    teamIds: list({ managed: true, internal: true, label: { zh: '团队', en: 'Teams' } }),
    // Secrets are made of these and of the service's key: the database holds none.
    salt: text({
      max: 40,
      required: true,
      managed: true,
      internal: true,
      label: { zh: '盐', en: 'Salt' },
    }),
    previousSalt: text({
      max: 40,
      managed: true,
      internal: true,
      label: { zh: '前盐', en: 'Previous salt' },
    }),
    previousUntil: dateTime({
      managed: true,
      internal: true,
      label: { zh: '前盐有效至', en: 'Previous salt until' },
    }),
    failingSince: dateTime({
      managed: true,
      internal: true,
      label: { zh: '失败起始', en: 'Failing since' },
    }),
    inactiveSince: dateTime({
      managed: true,
      internal: true,
      label: { zh: '停用起始', en: 'Inactive since' },
    }),
    disabledReason: text({
      max: 200,
      managed: true,
      internal: true,
      label: { zh: '停用原因', en: 'Why disabled' },
    }),
  },
  access: { by: 'subject', column: 'ownerSubject' },
});

export type Webhook = NonNullable<typeof WebhookEntity.row>;

/** One change for one webhook: what is sent, and what came of it. */
export const WebhookDeliveryEntity = defineEntity('WebhookDelivery', {
  fields: {
    webhookId: id({ required: true, label: { zh: '网络钩子', en: 'Webhook' } }),
    eventId: id({ required: true, label: { zh: '事件', en: 'Event' } }),
    subject: text({ max: 80, required: true, label: { zh: '主题', en: 'Subject' } }),
    kind: choice(
      {
        CREATED: { zh: '新建', en: 'Created' },
        UPDATED: { zh: '修改', en: 'Updated' },
        DELETED: { zh: '删除', en: 'Deleted' },
        RESTORED: { zh: '恢复', en: 'Restored' },
        MERGED: { zh: '合并', en: 'Merged' },
        GAP: { zh: '缺口', en: 'Gap' },
      },
      { required: true, label: { zh: '种类', en: 'Kind' } },
    ),
    entityKind: text({ max: 40, label: { zh: '记录种类', en: 'Kind of record' } }),
    entityId: id({ label: { zh: '记录', en: 'Record' } }),
    recordVersion: int({ label: { zh: '记录版本', en: 'Version of the record' } }),
    customerId: id({ label: { zh: '客户', en: 'Customer' } }),
    changedFields: list({ label: { zh: '改动字段', en: 'Changed fields' } }),
    occurredAt: dateTime({ required: true, label: { zh: '发生时间', en: 'Occurred' } }),
    state: choice(
      {
        PENDING: { zh: '待发送', en: 'Pending' },
        RETRYING: { zh: '待重试', en: 'Retrying' },
        DELIVERED: { zh: '已送达', en: 'Delivered' },
        DEAD: { zh: '已放弃', en: 'Dead' },
      },
      { required: true, label: { zh: '状态', en: 'State' } },
    ),
    attempts: int({ required: true, label: { zh: '次数', en: 'Attempts' } }),
    nextAttemptAt: dateTime({ label: { zh: '下次发送', en: 'Next attempt' } }),
    lastStatus: int({ label: { zh: '应答码', en: 'Last status' } }),
    problem: text({ max: 200, label: { zh: '问题', en: 'Problem' } }),
    deliveredAt: dateTime({ label: { zh: '送达时间', en: 'Delivered' } }),
  },
  access: { by: 'subject', column: 'ownerSubject', of: { table: 'webhook', column: 'webhookId' } },
});

export type WebhookDelivery = NonNullable<typeof WebhookDeliveryEntity.row>;
