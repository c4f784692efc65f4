import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { kill, start } from '../../mesh/control.ts';
import { sleep, until } from '../../mesh/wait.ts';
import { createCustomers } from '../mesh/traffic.ts';
import { sql, writerOf, type MeshStage } from '../mesh/stage.ts';
import { holds, none, seconds, type Measure, type Scenario } from '../scenario.ts';

const kills = { hasty: 3, all: 6 };
/** So many mails more before the next blow, or so long. */
const mailsBetweenKills = 15;
const sendingMsMax = 15_000;
const settledMsMax = 120_000;

export const scenario: Scenario = {
  id: 'C1',
  title: 'care is killed again and again while it sends greetings to a server that misbehaves',
  isFast: true,
  onMesh: async (stage) => {
    const mark = `c1-${randomUUID().slice(0, 8)}`;
    const addresses = await scheduleGreetings(stage, mark, stage.isHasty ? 100 : 1000);
    const mischief = startMischief(stage);
    await letGo(stage, mark);
    const rounds = stage.isHasty ? kills.hasty : kills.all;
    for (let round = 0; round < rounds; round += 1) await strike(stage);
    await mischief.stop();
    return judge(stage, mark, addresses);
  },
};

/** Until all tasks are there they are due in an hour. */
async function letGo(stage: MeshStage, mark: string): Promise<void> {
  await sql(
    stage,
    await writerOf(stage),
    `UPDATE crm_care.careTask t JOIN crm_care.personPulse p ON p.id = t.personId
     SET t.dueAt = UTC_TIMESTAMP(3) WHERE p.name = '${mark}'`,
  );
}

const pageOf = ({ mesh }: MeshStage, path: string): string =>
  `http://127.0.0.1:${mesh.ports['mail-page']}${path}`;

const mailsSchema = z.object({ messages: z.array(z.object({ to: z.array(z.string()) })) });

/** To whom the server has taken mails, one entry for each. */
async function takenTo(stage: MeshStage): Promise<readonly string[]> {
  const answer = await fetch(pageOf(stage, '/messages?limit=5000'));
  return mailsSchema.parse(await answer.json()).messages.flatMap(({ to }) => to);
}

const faults: readonly object[] = [
  { mode: 'late', delayMs: 400, times: 3 },
  { mode: 'refuse', code: 450, stage: 'recipient', times: 2 },
  { mode: 'drop', times: 2 },
  { mode: 'drop', stage: 'recipient', times: 2 },
  { mode: 'refuse', code: 554, times: 1 },
  { mode: 'late', delayMs: 400, times: 3 },
];

const setFault = (stage: MeshStage, fault: object): Promise<unknown> =>
  fetch(pageOf(stage, '/faults'), { method: 'PUT', body: JSON.stringify(fault) });

function startMischief(stage: MeshStage): { readonly stop: () => Promise<void> } {
  const over = new AbortController();
  const run = async (): Promise<void> => {
    for (let turn = 0; !over.signal.aborted; turn += 1) {
      await setFault(stage, faults[turn % faults.length] ?? {});
      await sleep(300);
    }
    await setFault(stage, { mode: 'none' });
  };
  const running = run();
  return {
    stop: () => {
      over.abort();
      return running;
    },
  };
}

async function strike(stage: MeshStage): Promise<void> {
  const before = (await takenTo(stage)).length;
  const isSending = async (): Promise<boolean> =>
    (await takenTo(stage)).length >= before + mailsBetweenKills;
  await until(isSending, { forMs: sendingMsMax, everyMs: 20 });
  await sleep(300 * Math.random());
  kill(stage.mesh, 'care');
  await start(stage.mesh, 'care');
}

async function judge(
  stage: MeshStage,
  mark: string,
  addresses: readonly string[],
): Promise<readonly Measure[]> {
  const endedAt = performance.now();
  const isWhole = await until(() => isSettled(stage, mark, addresses.length), {
    forMs: settledMsMax,
    everyMs: 500,
  });
  const tookMs = isWhole ? performance.now() - endedAt : Infinity;
  return [
    ...measures(await statuses(stage, mark), countOf(await takenTo(stage))),
    seconds('until all had an outcome', tookMs, settledMsMax / 1000),
  ];
}

async function isSettled(stage: MeshStage, mark: string, people: number): Promise<boolean> {
  if (!(await hurry(stage))) return false;
  const rows = await statuses(stage, mark);
  return rows.length === people && !rows.some(isOpen);
}

/**
 * Has what waits be sent now. What was being sent when its process died is left when it is silent.
 * False when the sender held what is changed here, and neither would have got on.
 */
async function hurry(stage: MeshStage): Promise<boolean> {
  const node = await writerOf(stage);
  try {
    await sql(
      stage,
      node,
      `UPDATE crm_care.delivery SET sendingUntil = '2000-01-01' WHERE status = 'SENDING';
       UPDATE crm_care.delivery SET dueAt = UTC_TIMESTAMP(3) WHERE status = 'QUEUED' AND attempts > 0`,
    );
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ER_LOCK_DEADLOCK')
      return false;
    throw error;
  }
}

const isOpen = ({ status }: Greeting): boolean => status === 'QUEUED' || status === 'SENDING';

function measures(
  rows: readonly Greeting[],
  counts: ReadonlyMap<string, number>,
): readonly Measure[] {
  const times = ({ email }: Greeting): number => counts.get(email) ?? 0;
  const accepted = rows.filter(({ status }) => status === 'ACCEPTED');
  const unknown = rows.filter(({ status }) => status === 'UNKNOWN');
  const known = new Set([...accepted, ...unknown]);
  return [
    none(`people of ${rows.length} greeted twice`, rows.filter((row) => times(row) > 1).length),
    none('accepted, and not there', accepted.filter((row) => times(row) !== 1).length),
    none(
      'there, and neither accepted nor unknown',
      rows.filter((row) => times(row) > 0 && !known.has(row)).length,
    ),
    holds('some outcomes are unknown, and listed', unknown.length > 0),
    holds('most were accepted', accepted.length > rows.length / 2),
  ];
}

function countOf(emails: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const email of emails) counts.set(email, (counts.get(email) ?? 0) + 1);
  return counts;
}

type Greeting = { readonly email: string; readonly status: string };

async function statuses(stage: MeshStage, mark: string): Promise<readonly Greeting[]> {
  const rows = await sql(
    stage,
    await writerOf(stage),
    `SELECT JSON_UNQUOTE(JSON_EXTRACT(p.contactPoints, '$[0].value')) AS email, d.status
     FROM crm_care.delivery d JOIN crm_care.personPulse p ON p.id = d.personId
     WHERE p.name = '${mark}'`,
  );
  return rows.map(({ email, status }) => ({ email: String(email), status: String(status) }));
}

const idSchema = z.object({ made: z.object({ id: z.string() }) });
const rowsSchema = z.object({
  upsertPeople: z.object({ rows: z.array(z.object({ id: z.string() })) }),
});

/** Makes people who have agreed to care, and a task for each. Gives where they are reached. */
async function scheduleGreetings(
  stage: MeshStage,
  mark: string,
  people: number,
): Promise<readonly string[]> {
  const { graph } = stage;
  const make = async (mutation: string, type: string, input: object): Promise<string> => {
    const query = `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`;
    return (await graph.ask(idSchema, query, { variables: { input } })).made.id;
  };
  await make('saveFatiguePolicy', 'SaveFatiguePolicyInput', { code: 'all', quietHours: null });
  const [customerId = ''] = await createCustomers(graph, mark, 1);
  const labels = { zh: '祝福', en: 'Greeting' };
  const text = { channel: 'EMAIL', locale: 'ZH_CN', subject: '祝福', body: '{{ person.name }}' };
  const draft = { code: mark.replace('-', '_'), labels, ...text };
  const draftId = await make('saveTemplate', 'SaveTemplateInput', draft);
  const templateId = await make('publishTemplate', 'PublishTemplateInput', { id: draftId });

  const addresses = Array.from({ length: people }, (_, at) => `${mark}.${at}@example.cn`);
  for (let at = 0; at < people; at += pageSize) {
    const part = addresses.slice(at, at + pageSize);
    const ids = await addPeople(stage, { mark, customerId, part });
    await schedule(stage, ids, templateId);
  }
  return addresses;
}

const pageSize = 20;

type Part = {
  readonly mark: string;
  readonly customerId: string;
  readonly part: readonly string[];
};

async function addPeople(
  { graph }: MeshStage,
  { mark, customerId, part }: Part,
): Promise<readonly string[]> {
  const rows = part.map((email) => ({
    name: mark,
    source: 'C1',
    externalRef: email,
    contactPoints: [{ kind: 'EMAIL', value: email, isPreferred: true }],
    affiliation: { customerId, roles: ['CONTACT'] },
  }));
  const query = `mutation ($input: UpsertPeopleInput!) {
    upsertPeople(input: $input) { rows { id } } }`;
  const { upsertPeople } = await graph.ask(rowsSchema, query, { variables: { input: { rows } } });
  return upsertPeople.rows.map(({ id }) => id);
}

/** All of a page at once: consents first, then, when care knows of them, the tasks. */
async function schedule(
  stage: MeshStage,
  ids: readonly string[],
  templateId: string,
): Promise<void> {
  await ofEach(
    stage,
    ids,
    (id) => `recordConsent(input: { personId: "${id}", purpose: CARE,
    lawfulBasis: CONSENT, source: "C1" }) { id }`,
  );
  const node = await writerOf(stage);
  await until(
    async () => {
      const [row] = await sql(
        stage,
        node,
        `SELECT COUNT(DISTINCT personId) AS known FROM crm_care.consentDecision
         WHERE personId IN (${ids.map((id) => `UUID_TO_BIN('${id}')`).join(', ')})`,
      );
      return Number(row?.['known']) === ids.length;
    },
    { forMs: 30_000, everyMs: 50 },
  );
  const dueAt = new Date(Date.now() + 3_600_000).toISOString();
  await ofEach(
    stage,
    ids,
    (id) => `createCareTask(input: { personId: "${id}", channel: EMAIL,
    templateId: "${templateId}", dueAt: "${dueAt}" }) { id }`,
  );
}

const ofEach = (
  { graph }: MeshStage,
  ids: readonly string[],
  field: (id: string) => string,
): Promise<unknown> =>
  graph.ask(z.unknown(), `mutation { ${ids.map((id, at) => `m${at}: ${field(id)}`).join(' ')} }`);
