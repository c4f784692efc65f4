import { z } from 'zod';
import { until } from '../../mesh/wait.ts';
import { createCustomers } from '../mesh/traffic.ts';
import { sql, writerOf, type MeshStage } from '../mesh/stage.ts';

/** Greetings by mail of people who are all called by one mark. */
export type Greetings = {
  readonly stage: MeshStage;
  readonly mark: string;
  readonly customerId: string;
  readonly templateId: string;
};

const idSchema = z.object({ made: z.object({ id: z.string() }) });
const rowsSchema = z.object({
  upsertPeople: z.object({ rows: z.array(z.object({ id: z.string() })) }),
});

export async function make({ graph }: MeshStage, mutation: string, input: object): Promise<string> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`;
  return (await graph.ask(idSchema, query, { variables: { input } })).made.id;
}

/** A template and a customer, at any hour. */
export async function prepareGreetings(stage: MeshStage, mark: string): Promise<Greetings> {
  await make(stage, 'saveFatiguePolicy', { code: 'all', quietHours: null });
  const [customerId = ''] = await createCustomers(stage.graph, mark, 1);
  const labels = { zh: '祝福', en: 'Greeting' };
  const text = { channel: 'EMAIL', locale: 'ZH_CN', subject: '祝福', body: '{{ person.name }}' };
  const draft = { code: mark.replaceAll('-', '_'), labels, ...text };
  const draftId = await make(stage, 'saveTemplate', draft);
  const templateId = await make(stage, 'publishTemplate', { id: draftId });
  return { stage, mark, customerId, templateId };
}

const pageSize = 20;
const hourMs = 3_600_000;

/** Makes people with these addresses who have agreed to care, and a task for each in an hour. */
export async function scheduleGreetings(
  greetings: Greetings,
  emails: readonly string[],
): Promise<readonly string[]> {
  const people: string[] = [];
  for (let at = 0; at < emails.length; at += pageSize) {
    const ids = await addPeople(greetings, emails.slice(at, at + pageSize));
    await agree(greetings, ids);
    await greet(greetings, ids, new Date(Date.now() + hourMs));
    people.push(...ids);
  }
  return people;
}

async function addPeople(
  { stage, mark, customerId }: Greetings,
  emails: readonly string[],
): Promise<readonly string[]> {
  const rows = emails.map((email) => ({
    name: mark,
    source: 'faults',
    externalRef: email,
    contactPoints: [{ kind: 'EMAIL', value: email, isPreferred: true }],
    affiliation: { customerId, roles: ['CONTACT'] },
  }));
  const query = `mutation ($input: UpsertPeopleInput!) {
    upsertPeople(input: $input) { rows { id } } }`;
  const answer = await stage.graph.ask(rowsSchema, query, { variables: { input: { rows } } });
  return answer.upsertPeople.rows.map(({ id }) => id);
}

/** Records consents, and waits until care knows of them. */
async function agree({ stage }: Greetings, ids: readonly string[]): Promise<void> {
  await ofEach(
    stage,
    ids,
    (id) => `recordConsent(input: { personId: "${id}", purpose: CARE,
    lawfulBasis: CONSENT, source: "faults" }) { id }`,
  );
  await careKnows(
    stage,
    `SELECT COUNT(DISTINCT personId) FROM crm_care.consentDecision
    WHERE personId IN (${bytesOf(ids)})`,
    ids.length,
  );
}

export const greet = (
  { stage, templateId }: Greetings,
  ids: readonly string[],
  dueAt: Date,
): Promise<unknown> =>
  ofEach(
    stage,
    ids,
    (id) => `createCareTask(input: { personId: "${id}", channel: EMAIL,
    templateId: "${templateId}", dueAt: "${dueAt.toISOString()}" }) { id }`,
  );

export const bytesOf = (ids: readonly string[]): string =>
  ids.map((id) => `UUID_TO_BIN('${id}')`).join(', ');

const knownMsMax = 30_000;

/** Waits until a count of what care keeps is as high as this. */
export async function careKnows(stage: MeshStage, count: string, least: number): Promise<void> {
  const node = await writerOf(stage);
  const isKnown = await until(
    async () => {
      const [row] = await sql(stage, node, `SELECT (${count}) AS known`);
      return Number(row?.['known']) >= least;
    },
    { forMs: knownMsMax, everyMs: 50 },
  );
  if (!isKnown) throw new Error(`care did not know within ${knownMsMax / 1000} s: ${count}`);
}

/** One field for each id, in one request. */
export const ofEach = (
  { graph }: MeshStage,
  ids: readonly string[],
  field: (id: string) => string,
): Promise<unknown> =>
  graph.ask(z.unknown(), `mutation { ${ids.map((id, at) => `m${at}: ${field(id)}`).join(' ')} }`);

/** What was to be sent in an hour is sent now. */
export async function letGo({ stage, mark }: Pick<Greetings, 'mark' | 'stage'>): Promise<void> {
  const isLetGo = await until(
    () =>
      change(
        stage,
        `UPDATE crm_care.careTask t JOIN crm_care.personPulse p ON p.id = t.personId
         SET t.dueAt = UTC_TIMESTAMP(3) WHERE p.name = '${mark}' AND t.state = 'SCHEDULED'`,
      ),
    { forMs: knownMsMax, everyMs: 50 },
  );
  if (!isLetGo) throw new Error('The sender holds what is to be sent');
}

/** Has what waits be sent now. What was being sent when its process died is left when it is silent. */
export const hurry = (stage: MeshStage): Promise<boolean> =>
  change(
    stage,
    `UPDATE crm_care.delivery SET sendingUntil = '2000-01-01' WHERE status = 'SENDING';
     UPDATE crm_care.delivery SET dueAt = UTC_TIMESTAMP(3) WHERE status = 'QUEUED' AND attempts > 0`,
  );

/** False when the sender held what is changed here, and neither would have got on. */
async function change(stage: MeshStage, statements: string): Promise<boolean> {
  try {
    await sql(stage, await writerOf(stage), statements);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ER_LOCK_DEADLOCK')
      return false;
    throw error;
  }
}

export type Greeting = {
  readonly email: string;
  readonly status: string;
  readonly reason: string | null;
};

/** What became of the messages. */
export async function outcomesOf({
  stage,
  mark,
}: Pick<Greetings, 'mark' | 'stage'>): Promise<readonly Greeting[]> {
  const rows = await sql(
    stage,
    await writerOf(stage),
    `SELECT JSON_UNQUOTE(JSON_EXTRACT(p.contactPoints, '$[0].value')) AS email, d.status, d.reason
     FROM crm_care.delivery d JOIN crm_care.personPulse p ON p.id = d.personId
     WHERE p.name = '${mark}'`,
  );
  return rows.map(({ email, status, reason }) => ({
    email: String(email),
    status: String(status),
    reason: typeof reason === 'string' ? reason : null,
  }));
}

export const isOpen = ({ status }: Greeting): boolean =>
  status === 'QUEUED' || status === 'SENDING';

const pageOf = ({ mesh }: MeshStage, path: string): string =>
  `http://127.0.0.1:${mesh.ports['mail-page']}${path}`;

const mailsSchema = z.object({
  messages: z.array(
    z.object({
      to: z.array(z.string()),
      title: z.string(),
      text: z.string(),
      html: z.string().nullish(),
      headers: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

export type Mail = z.infer<typeof mailsSchema>['messages'][number];

export async function mailsIn(stage: MeshStage, query = 'limit=5000'): Promise<readonly Mail[]> {
  const answer = await fetch(pageOf(stage, `/messages?${query}`));
  return mailsSchema.parse(await answer.json()).messages;
}

/** To whom the server has taken mails, one entry for each. */
export const takenTo = async (stage: MeshStage): Promise<readonly string[]> =>
  (await mailsIn(stage)).flatMap(({ to }) => to);

/** How many mails there are for each address. */
export function countOf(emails: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const email of emails) counts.set(email, (counts.get(email) ?? 0) + 1);
  return counts;
}

export const setFault = (stage: MeshStage, fault: object): Promise<unknown> =>
  fetch(pageOf(stage, '/faults'), { method: 'PUT', body: JSON.stringify(fault) });
