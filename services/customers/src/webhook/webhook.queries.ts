import type { RequestContext } from '@crm/kit/context';
import { listPage, type Connection, type PageArgs } from '@crm/kit/record/page';
import { WebhookDeliveryEntity, type WebhookDelivery } from './webhook.fields.ts';

type DeliveriesArgs = Omit<PageArgs, 'orderBy' | 'where'> & {
  readonly webhookId: string;
  readonly states?: readonly string[] | null;
};

/** What was and is to be sent to a webhook, the newest first. */
export const deliveriesPage = (
  context: RequestContext,
  { webhookId, states, ...page }: DeliveriesArgs,
): Promise<Connection<WebhookDelivery>> =>
  listPage(context, WebhookDeliveryEntity, {
    ...page,
    where: { webhookId: { eq: webhookId }, ...(states && { state: { in: states } }) },
  });
