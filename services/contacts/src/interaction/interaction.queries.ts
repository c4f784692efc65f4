import type { PageArgs } from '@crm/kit/record/page';

/** The arguments of a list of interactions, which begins with the latest. */
export const latestFirst = <Args extends PageArgs>(args: Args): Args => ({
  ...args,
  orderBy: args.orderBy?.length ? args.orderBy : [{ field: 'occurredAt', direction: 'DESC' }],
});
