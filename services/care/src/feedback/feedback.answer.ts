import type { App } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { AppError } from '@crm/kit/errors';
import { newId } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { isBodySigned } from '@crm/kit/server/body-signature';
import type { AnswerHook, HookCall } from '@crm/kit/server/hook-call';
import type { Reply } from '@crm/kit/server/http';
import { systemViewer } from '@crm/kit/viewer';
import { z } from 'zod';
import { answerCalendar } from '../calendar-feed/calendar-feed.answer.ts';
import type { DeliverySettings } from '../delivery/delivery.config.ts';
import type { Receipt } from '../delivery/delivery.ts';
import { answerRespondent } from '../survey-response/survey-response.answer.ts';
import { readUnsubscribeToken } from '../suppressed-address/unsubscribe-link.ts';
import { takeReceipt, takeReply, unsubscribe } from './feedback.commands.ts';
import { askPage, donePage, unknownPage } from './page.ts';

type Settings = Pick<DeliverySettings, 'companyName' | 'hookKeys' | 'key' | 'publicUrl'>;

/** Answers calendars, recipients who unsubscribe or answer surveys, and providers who tell what became of messages. */
export const feedbackAnswerer =
  (app: App, settings: Settings): AnswerHook =>
  (_, call) => {
    const [kind = '', ...rest] = call.path.split('/');
    if (kind === 'calendar') return answerCalendar(app, call);
    if (kind === 'survey') {
      return answerRespondent((run) => inWork(app, run), settings, call);
    }
    if (kind === 'unsubscribe') return answerRecipient(app, settings, { call, token: rest[0] });
    const hook = hooks[call.path];
    if (!hook || call.method !== 'POST') return Promise.resolve({ status: 404, text: '' });
    return answerProvider(app, settings, { call, hook });
  };

const html = 'text/html; charset=utf-8';

async function answerRecipient(
  app: App,
  { key, companyName }: Settings,
  { call, token }: { readonly call: HookCall; readonly token: string | undefined },
): Promise<Reply> {
  const deliveryId = readUnsubscribeToken(key, token ?? '');
  if (deliveryId === null) return { status: 404, text: unknownPage(), type: html };
  if (call.method === 'GET') return { status: 200, text: askPage(companyName), type: html };
  const isDone = await inWork(app, (work) => unsubscribe(work, deliveryId));
  return isDone
    ? { status: 200, text: donePage(), type: html }
    : { status: 404, text: unknownPage(), type: html };
}

type Hook = {
  readonly channel: keyof DeliverySettings['hookKeys'];
  readonly take: (work: Work, told: unknown) => Promise<void>;
};

const receiptSchema = z.object({
  id: z.string().max(200).optional(),
  reference: z.string().max(200).optional(),
  status: z.string().max(50),
});

const replySchema = z.object({ from: z.string().max(50), text: z.string().max(5000) });

const receipts: Readonly<Record<string, Receipt>> = {
  delivered: 'DELIVERED',
  undelivered: 'UNDELIVERED',
  unknown_number: 'BOUNCED',
  bounced: 'BOUNCED',
  complained: 'COMPLAINED',
};

async function takeStatus(work: Work, told: unknown): Promise<void> {
  const { id, reference, status } = receiptSchema.parse(told);
  const receipt = receipts[status];
  if (receipt) await takeReceipt(work, { messageId: id, reference, receipt });
}

const hooks: Readonly<Record<string, Hook>> = {
  'sms/receipts': { channel: 'SMS', take: takeStatus },
  'mail/events': { channel: 'EMAIL', take: takeStatus },
  'sms/replies': {
    channel: 'SMS',
    take: (work, told) => takeReply(work, replySchema.parse(told)),
  },
};

async function answerProvider(
  app: App,
  { hookKeys }: Settings,
  { call, hook }: { readonly call: HookCall; readonly hook: Hook },
): Promise<Reply> {
  const nowMs = app.now().getTime();
  const { body, signature } = call;
  const key = hookKeys[hook.channel];
  if (!isBodySigned(signature ?? undefined, body, { key, nowMs })) {
    throw new AppError('UNAUTHENTICATED', 'The body is not signed with the key of this hook');
  }
  const told = parse(body);
  await inWork(app, (work) => hook.take(work, told)).catch((error: unknown) => {
    throw error instanceof z.ZodError ? new AppError('BAD_REQUEST', z.prettifyError(error)) : error;
  });
  return { status: 200, text: '{}' };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new AppError('BAD_REQUEST', 'What was sent is no JSON');
  }
}

const inWork = <Value>(app: App, run: (work: Work) => Promise<Value>): Promise<Value> =>
  transact(app.db, (manager) =>
    run({ manager, viewer: systemViewer('care:feedback'), now: app.now(), requestId: newId() }),
  );
