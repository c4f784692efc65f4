import { defineEntity } from '@crm/kit/record/entity';
import { choice, dateTime, id, text } from '@crm/kit/record/field';
import { PersonPulseEntity } from '../person/person.fields.ts';

const managed = { managed: true } as const;

/** An address to which nothing is sent any more. Of the address itself only a hash is kept. */
export const SuppressedAddressEntity = defineEntity('SuppressedAddress', {
  fields: {
    personId: id({ ...managed, label: { zh: '联系人', en: 'Person' } }),
    channel: choice(
      { EMAIL: { zh: '电子邮件', en: 'Email' }, SMS: { zh: '短信', en: 'SMS' } },
      { required: true, ...managed, label: { zh: '渠道', en: 'Channel' } },
    ),
    reason: choice(
      {
        UNSUBSCRIBED: { zh: '点击退订', en: 'Unsubscribed' },
        STOP: { zh: '回复退订', en: 'Replied STOP' },
        COMPLAINT: { zh: '投诉', en: 'Complained' },
        BOUNCED: { zh: '地址不存在', en: 'No such address' },
      },
      { required: true, ...managed, label: { zh: '原因', en: 'Reason' } },
    ),
    deliveryId: id({ ...managed, label: { zh: '所依据的消息', en: 'Delivery' } }),
    liftedAt: dateTime({ ...managed, label: { zh: '解除时间', en: 'Lifted' } }),
    liftedById: id({ ...managed, names: 'StaffMember', label: { zh: '解除人', en: 'Lifted by' } }),
    note: text({ max: 500, ...managed, label: { zh: '说明', en: 'Note' } }),
  },
  access: { by: 'record', column: 'personId', of: () => PersonPulseEntity },
});

export type SuppressedAddress = NonNullable<typeof SuppressedAddressEntity.row>;
