import type { PageArgs } from '@crm/kit/record/page';

/** The arguments of a list of activities, the latest first. */
export const latestFirst = <Args extends PageArgs>(args: Args): Args => ({
  ...args,
  orderBy: args.orderBy?.length ? args.orderBy : [{ field: 'occurredOn', direction: 'DESC' }],
});
