import { transact } from '@crm/kit/database/database';
import { idToBytes, newId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import type { Work } from '@crm/kit/record/command';
import { systemViewer } from '@crm/kit/viewer';
import { ConsentRecorded } from '@crm/schemas/events/consent';
import { PersonCreated, PersonParticularsChanged } from '@crm/schemas/events/person';
import type { DeliverySettings } from '../delivery/delivery.config.ts';
import { addDeliveries, type NewDelivery } from '../delivery/delivery.repository.ts';
import { createSmsSender } from '../delivery/sms.ts';
import { createSmtpSender, type SmtpSettings } from '../delivery/smtp.ts';
import type { TestCare } from './care.ts';
import { consentData, particularsData, personData } from './people.ts';

export const deliveryKey = 'key-of-deliveries-in-tests-0123456789';

export const smtpSettings = (url: string): SmtpSettings => ({
  url,
  from: '关系科技 <care@guanxi.example>',
  bounceTo: null,
  replyTo: null,
  dkim: null,
  timeoutMs: 5000,
});

type Urls = { readonly mail: string; readonly sms: string };

export const testSettings = (
  { mail, sms }: Urls,
  settings: Partial<DeliverySettings> = {},
): DeliverySettings => ({
  senders: {
    EMAIL: createSmtpSender(smtpSettings(mail)),
    SMS: createSmsSender({
      url: sms,
      key: deliveryKey,
      callbackUrl: 'http://127.0.0.1:9/hooks/care/sms/receipts',
      timeoutMs: 5000,
    }),
  },
  perSecond: { EMAIL: 1000, SMS: 1000 },
  companyName: '关系科技',
  publicUrl: 'https://crm.guanxi.example',
  key: deliveryKey,
  hookKeys: { EMAIL: deliveryKey, SMS: deliveryKey },
  pollMs: 20,
  leaseMs: 600,
  sendMsMax: 10_000,
  ...settings,
});

type Person = { readonly name?: string; readonly email?: string; readonly mobile?: string };

/** Has contacts tell of a person; gives its id. */
export async function addPerson(
  care: TestCare,
  { name = '李雷', email, mobile }: Person = {},
): Promise<string> {
  const id = newId();
  await care.tell(PersonCreated, { id, data: personData({ name }) });
  const contactPoints = [
    { kind: 'EMAIL' as const, value: email },
    { kind: 'MOBILE' as const, value: mobile },
  ].flatMap(({ kind, value }) =>
    value === undefined ? [] : [{ kind, value, label: null, isPreferred: true }],
  );
  await care.tell(PersonParticularsChanged, { id, data: particularsData({ contactPoints }) });
  await care.tell(ConsentRecorded, { id: newId(), data: consentData(id) });
  return id;
}

/** Makes a template and takes it into use; gives its id. */
export async function addTemplate(care: TestCare, input: object): Promise<string> {
  const labels = { zh: '模板', en: 'Template' };
  const saved = await care.execute(
    'mutation ($input: SaveTemplateInput!) { saveTemplate(input: $input) { id } }',
    { input: { labels, locale: 'ZH_CN', ...input } },
  );
  const { id } = Object(saved.data?.['saveTemplate']);
  await care.execute(
    'mutation ($input: PublishTemplateInput!) { publishTemplate(input: $input) { id } }',
    { input: { id } },
  );
  return String(id);
}

type Wanted = Pick<NewDelivery, 'channel' | 'personId' | 'templateId'> & Partial<NewDelivery>;

const rowsFor = ({ app }: TestCare, wanted: readonly Wanted[]): readonly NewDelivery[] =>
  wanted.map((each) => ({
    taskId: newId(),
    customerId: null,
    purpose: 'CARE',
    occasionId: null,
    occasionOn: null,
    senderId: null,
    dueAt: app.now(),
    expiresAt: null,
    ...each,
  }));

/** Schedules tasks, which the job sends when they are due; gives their ids. */
export async function schedule(
  care: TestCare,
  wanted: readonly Wanted[],
): Promise<readonly string[]> {
  const rows = rowsFor(care, wanted);
  await transact(care.db, async (manager) => {
    for (const row of rows) await addTask(manager, row);
  });
  return rows.map(({ taskId }) => taskId);
}

/** The same with the deliveries, of which a test says more than tasks do. */
export async function queue(care: TestCare, wanted: readonly Wanted[]): Promise<readonly string[]> {
  const rows = rowsFor(care, wanted);
  const viewer = systemViewer('test');
  const now = care.app.now();
  await transact(care.db, async (manager) => {
    for (const row of rows) await addTask(manager, row);
    await addDeliveries({ manager, viewer, now, requestId: newId() }, rows);
  });
  return rows.map(({ taskId }) => taskId);
}

/** As the planner schedules it. */
async function addTask(manager: Work['manager'], task: NewDelivery): Promise<void> {
  const { taskId, personId, channel, purpose, dueAt, occasionOn, templateId } = task;
  await manager.query(
    `INSERT IGNORE INTO careTask (id, version, createdAt, updatedAt, personId, occasionOn, category,
       purpose, state, channel, dueAt, templateId)
     VALUES (?, 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), ?, ?, 'SPECIAL', ?, 'SCHEDULED', ?, ?, ?)`,
    [
      idToBytes(taskId),
      idToBytes(personId),
      occasionOn ?? companyDate(dueAt),
      purpose,
      channel,
      dueAt,
      templateId && idToBytes(templateId),
    ],
  );
}

/** A time of day at which nobody is disturbed. */
export function atNoon(): Date {
  const noon = new Date();
  noon.setUTCHours(4, 0, 0, 0);
  return noon;
}

type Shown = {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly problem: string | null;
  readonly attempts: number;
};

/** The delivery of a task, as administrators see it. */
export async function deliveryOf(care: TestCare, taskId: string): Promise<Shown> {
  const { data } = await care.execute(
    `query ($task: ID!) { deliveries(where: { taskId: { eq: $task } }) {
      nodes { id status reason problem attempts } } }`,
    { task: taskId },
  );
  const [delivery] = Object(data?.['deliveries']).nodes;
  return delivery;
}
