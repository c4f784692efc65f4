import type { RequestContext } from '@crm/kit/context';
import { forbidden, invalid, notFound, ruleViolation } from '@crm/kit/errors';
import { newId } from '@crm/kit/id';
import { rowMemory, runCommand, type Memory, type Work } from '@crm/kit/record/command';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  removeRecord,
  writeChange,
  type Rules,
} from '@crm/kit/record/record';
import { readChangeFilter } from '@crm/schemas/changes/filter';
import { addDeliveries, replay } from './delivery.repository.ts';
import { isJudged } from './rights.repository.ts';
import { newSalt, overlapMs, secretOf } from './secret.ts';
import { send } from './send.ts';
import type { WebhookSettings } from './webhook.config.ts';
import { WebhookEntity, type Webhook } from './webhook.fields.ts';
import {
  bodyOf,
  urlProblems,
  webhookRoles,
  webhooksPerAccountMax,
  type Answer,
} from './webhook.ts';

export type WebhookContext = RequestContext & { readonly webhooks: WebhookSettings };

type Repeatable = { readonly clientMutationId?: string | null };

/** The only time that the secret is shown: to this call, and to the same call repeated. */
export type WebhookWithSecret = { readonly webhook: Webhook; readonly secret: string };

const memory = rowMemory(WebhookEntity);

const secretMemory = ({ key }: WebhookSettings): Memory<WebhookWithSecret> => ({
  keep: ({ webhook }) => memory.keep(webhook),
  recall: async (manager, kept) => withSecret(key, await memory.recall(manager, kept)),
});

const withSecret = (key: string, webhook: Webhook): WebhookWithSecret => ({
  webhook,
  secret: secretOf(key, webhook, webhook.salt),
});

type WebhookInput = Repeatable & { readonly filter?: object | null };

export const createWebhook = (
  context: WebhookContext,
  input: WebhookInput,
): Promise<WebhookWithSecret> =>
  runCommand(
    context,
    { name: 'createWebhook', input, memory: secretMemory(context.webhooks) },
    async (work) => {
      allowWebhooks(work);
      checkFilter(input.filter);
      await refuseTooMany(work);
      const rules = { ...webhookRules(context, work), defaults: () => ({ active: true }) };
      const account = accountOf(work);
      const webhook = await createRecord(work, WebhookEntity, {
        input,
        rules: { ...rules, derive: (row) => ({ ...account, ...rules.derive?.(row) }) },
      });
      return withSecret(context.webhooks.key, webhook);
    },
  );

type UpdateInput = WebhookInput & { readonly id: string; readonly expectedVersion?: number | null };

export const updateWebhook = (context: WebhookContext, input: UpdateInput): Promise<Webhook> =>
  runCommand(context, { name: 'updateWebhook', input, memory }, async (work) => {
    const { id, expectedVersion = null } = input;
    checkFilter(input.filter);
    const rules = webhookRules(context, work);
    const order = { id, expectedVersion, input, rules };
    const { before, after } = await changeRecord(work, WebhookEntity, order);
    if (after.active && !before.active) await tellGap(work, before);
    return after;
  });

type IdInput = Repeatable & { readonly id: string };

export const rotateWebhookSecret = (
  context: WebhookContext,
  input: IdInput,
): Promise<WebhookWithSecret> =>
  runCommand(
    context,
    { name: 'rotateWebhookSecret', input, memory: secretMemory(context.webhooks) },
    async (work) => {
      const before = await lockForWriting(work, WebhookEntity, input.id);
      const changes = {
        salt: { from: before.salt, to: newSalt() },
        previousSalt: { from: before.previousSalt, to: before.salt },
        previousUntil: {
          from: before.previousUntil,
          to: new Date(work.now.getTime() + overlapMs),
        },
      };
      const { after } = await writeChange(work, WebhookEntity, { before, changes });
      return withSecret(context.webhooks.key, after);
    },
  );

type DeleteInput = IdInput & { readonly expectedVersion?: number | null };

export const deleteWebhook = (context: WebhookContext, input: DeleteInput): Promise<Webhook> =>
  runCommand(context, { name: 'deleteWebhook', input, memory }, (work) =>
    removeRecord(work, WebhookEntity, {
      id: input.id,
      expectedVersion: input.expectedVersion ?? null,
    }),
  );

type ReplayInput = Repeatable & {
  readonly webhookId: string;
  readonly deliveryIds?: readonly string[] | null;
};

export type Replayed = { readonly replayed: number };

const replayMemory: Memory<Replayed> = {
  keep: ({ replayed }) => replayed,
  recall: (_, kept) => Promise.resolve({ replayed: Number(kept) }),
};

const deliveryIdsMax = 1000;

export const replayWebhookDeliveries = (
  context: WebhookContext,
  input: ReplayInput,
): Promise<Replayed> =>
  runCommand(
    context,
    { name: 'replayWebhookDeliveries', input, memory: replayMemory },
    async (work) => {
      const { webhookId, deliveryIds = null } = input;
      if (deliveryIds && deliveryIds.length > deliveryIdsMax) {
        throw invalid(`Name at most ${deliveryIdsMax} deliveries`);
      }
      const webhook = await lockForWriting(work, WebhookEntity, webhookId);
      if (!webhook.active) throw ruleViolation('This webhook is not active: activate it first');
      return { replayed: await replay(work.manager, webhookId, deliveryIds) };
    },
  );

export type Tested = Answer & { readonly isDelivered: boolean };

/** Sends a message that tells of nothing, at once and once, also to a webhook that is not active. */
export async function testWebhook(
  context: WebhookContext,
  webhook: Webhook | null,
): Promise<Tested> {
  if (!webhook) throw notFound('Webhook', 'of this id');
  const id = newId();
  const told = { eventId: id, subject: 'webhook.ping', ...tellsNothing };
  const body = bodyOf({ ...told, kind: null, occurredAt: context.app.now() });
  const answer = await send({ webhook, id, body }, context.webhooks);
  return { ...answer, isDelivered: answer.problem === null };
}

const tellsNothing = {
  entityKind: null,
  entityId: null,
  recordVersion: null,
  customerId: null,
  changedFields: [],
};

function allowWebhooks({ viewer }: Work): void {
  if (viewer.roles.some((role) => webhookRoles.includes(role))) return;
  throw forbidden(`Webhooks are for accounts with the role ${webhookRoles.join(', ')}`);
}

function checkFilter(filter: object | null | undefined): void {
  const { segment } = readChangeFilter(filter);
  if (segment !== null) {
    const message =
      'webhooks do not know who is in a segment: follow it with changes or changeFeed';
    throw invalid(`filter.segment: ${message}`, [{ path: 'filter.segment', message }]);
  }
  const entities: unknown = Reflect.get(filter ?? {}, 'entities');
  const kinds = Array.isArray(entities) ? entities.map(String) : [];
  const unjudged = kinds.find((kind) => !isJudged(kind));
  if (unjudged === undefined) return;
  const path = 'filter.entities';
  const message = `webhooks do not tell of ${unjudged}: follow it with changes or changeFeed`;
  throw invalid(`${path}: ${message}`, [{ path, message }]);
}

async function refuseTooMany({ manager, viewer }: Work): Promise<void> {
  const [row]: { count: number }[] = await manager.query(
    'SELECT COUNT(*) AS count FROM webhook WHERE ownerSubject = ? AND deletedAt IS NULL',
    [viewer.subject],
  );
  if (Number(row?.count) >= webhooksPerAccountMax) {
    throw ruleViolation(`An account has at most ${webhooksPerAccountMax} webhooks: delete one`);
  }
}

const accountOf = ({ viewer }: Work): Readonly<Record<string, unknown>> => ({
  ownerSubject: viewer.subject,
  staffId: viewer.staffId,
  roles: viewer.roles,
  teamIds: viewer.teamIds,
  salt: newSalt(),
});

/** A webhook that its owner has touched begins anew. */
const webhookRules = ({ webhooks }: WebhookContext, { now }: Work): Rules<Webhook> => ({
  derive: ({ active, inactiveSince }) =>
    active
      ? { disabledReason: null, failingSince: null, inactiveSince: null }
      : { inactiveSince: inactiveSince ?? now },
  check: ({ url }) => urlProblems(url, webhooks.addresses),
});

/** Nothing was recorded for it while it was not active, which its receiver has to know. */
const tellGap = ({ manager, now }: Work, { id }: Webhook): Promise<void> =>
  addDeliveries(manager, [
    {
      ...tellsNothing,
      webhookId: id,
      eventId: newId(),
      subject: 'feed.gap',
      kind: 'GAP',
      occurredAt: now,
    },
  ]);
