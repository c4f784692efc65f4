import type { Criteria } from '@crm/kit/record/criteria';
import { defineEntity } from '@crm/kit/record/entity';
import { boolean, dateTime, int, json } from '@crm/kit/record/field';
import { customerFields } from '../customer/customer.fields.ts';

/**
 * A customer without an owner as everyone who may take it sees it: enough to decide, and no contact
 * points, for those go with the customer.
 */
export const PoolCustomerEntity = defineEntity('PoolCustomer', {
  table: 'customer',
  fields: {
    code: customerFields.code,
    kind: customerFields.kind,
    name: customerFields.name,
    shortName: customerFields.shortName,
    address: customerFields.address,
    industry: customerFields.industry,
    level: customerFields.level,
    categories: customerFields.categories,
    lifecycleStage: customerFields.lifecycleStage,
    source: customerFields.source,
    ownerId: customerFields.ownerId,
    pooledAt: dateTime({
      label: { zh: '进入公海时间', en: 'In the pool since' },
      sql: (alias: string) =>
        `(SELECT o.startedAt FROM ownershipTerm o WHERE o.customerId = ${alias}.id AND o.isCurrent = 1)`,
    }),
  },
  access: { by: 'company' },
});

export type PoolCustomer = NonNullable<typeof PoolCustomerEntity.row>;

/** How customers come into the pool and out of it: configuration, of which there is one. */
export const PoolPolicyEntity = defineEntity('PoolPolicy', {
  fields: {
    recycleAfterDays: int({ label: { zh: '未联系天数', en: 'Days without contact' } }),
    criteria: json<Criteria>({ label: { zh: '适用客户', en: 'Customers that it is for' } }),
    capacity: int({ label: { zh: '每人上限', en: 'Customers a person may have' } }),
    active: boolean({ required: true, label: { zh: '启用回收', en: 'Recycles' } }),
  },
  access: { by: 'company' },
});

export type PoolPolicy = NonNullable<typeof PoolPolicyEntity.row>;
