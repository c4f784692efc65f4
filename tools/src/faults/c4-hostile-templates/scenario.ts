import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { say } from '../../mesh/say.ts';
import { until } from '../../mesh/wait.ts';
import { percentile } from '../../subscribers/latency.ts';
import { careKnows, mailsIn, make, prepareGreetings, type Mail } from '../care/greetings.ts';
import { countDeaths, pidsOf, type MeshStage } from '../mesh/stage.ts';
import { none, type Measure, type Scenario } from '../scenario.ts';
import { attacks, hostileNames, type Attack } from './attacks.ts';

const times = 5;
const refusalMsMax = 50;
/** On a machine that is busy no hostile text may take longer than so many times an ordinary one. */
const slowdownMax = 2;
const mailMsMax = 30_000;

export const scenario: Scenario = {
  id: 'C4',
  title: 'templates and names that would be HTML, headers, prototypes and a million loops',
  onMesh: async (stage) => {
    const mark = `c4_${randomUUID().slice(0, 8)}`;
    const before = pidsOf(stage);
    const { customerId } = await prepareGreetings(stage, mark);
    const judged: Judged[] = [];
    const usual: number[] = [];
    await judge(stage, mark, ordinary);
    for (const attack of attacks) {
      judged.push(await judge(stage, mark, attack));
      usual.push(...(await judge(stage, mark, ordinary)).ms);
    }
    const mails = await mailsToHostileNames(stage, mark, customerId);
    return [
      none(`of ${attacks.length} hostile texts published`, judged.filter(isPublished).length),
      slowest(judged, usual),
      ...ofMails(mails),
      none('processes that died', countDeaths(stage, before, [])),
    ];
  },
};

const ordinary: Attack = { what: 'an ordinary text', body: '{{ person.name }}，生日快乐' };

type Judged = {
  readonly what: string;
  readonly isPublished: boolean;
  readonly ms: readonly number[];
};

const isPublished = (judged: Judged): boolean => judged.isPublished;

const SAVE = `mutation ($input: SaveTemplateInput!) { made: saveTemplate(input: $input) { id } }`;
const PUBLISH = `mutation ($input: PublishTemplateInput!) { made: publishTemplate(input: $input) { id } }`;

let codes = 0;

/** Saves and publishes a text some times. */
async function judge(stage: MeshStage, mark: string, attack: Attack): Promise<Judged> {
  const { what, body, subject = '你好', format = 'TEXT' } = attack;
  let isOut = false;
  const took: number[] = [];
  for (let at = 0; at < times; at += 1) {
    const code = `${mark}_${(codes += 1)}`;
    const labels = { zh: '攻击', en: 'Attack' };
    const draft = { code, labels, channel: 'EMAIL', locale: 'ZH_CN', format, subject, body };
    const saved = await timed(stage, SAVE, draft);
    took.push(saved.ms);
    if (saved.id === null) continue;
    const published = await timed(stage, PUBLISH, { id: saved.id });
    took.push(published.ms);
    isOut ||= published.id !== null;
  }
  return { what, isPublished: isOut, ms: took };
}

type Timed = { readonly id: string | null; readonly ms: number };

const madeSchema = z.object({ made: z.object({ id: z.string() }) });

async function timed({ graph }: MeshStage, query: string, input: object): Promise<Timed> {
  const startedAt = performance.now();
  const { data } = await graph.answer(query, { variables: { input } });
  const ms = performance.now() - startedAt;
  return { id: madeSchema.safeParse(data).data?.made.id ?? null, ms };
}

function slowest(judged: readonly Judged[], usual: readonly number[]): Measure {
  const all = judged.flatMap(({ what, ms }) => ms.map((each) => ({ what, ms: each })));
  const worst = all.toSorted((one, other) => other.ms - one.ms).slice(0, 3);
  say(`  ${worst.map(({ what, ms }) => `${what} ${ms.toFixed(1)} ms`).join(', ')}`);
  return {
    what: 'for an answer at the 99th percentile',
    value: Math.round(
      percentile(
        all.map(({ ms }) => ms),
        0.99,
      ),
    ),
    unit: 'ms',
    bound: Math.max(refusalMsMax, Math.round(slowdownMax * percentile(usual, 0.99))),
  };
}

/** Sends a mail to everybody who could be called so. */
async function mailsToHostileNames(
  stage: MeshStage,
  mark: string,
  customerId: string,
): Promise<readonly Mail[]> {
  const templateId = await make(stage, 'publishTemplate', {
    id: await make(stage, 'saveTemplate', {
      code: `${mark}_names`,
      labels: { zh: '祝福', en: 'Greeting' },
      channel: 'EMAIL',
      locale: 'ZH_CN',
      format: 'HTML',
      subject: '祝福{{ person.name }}',
      body: '<p>{{ person.name }}</p>',
    }),
  });
  const mails: Mail[] = [];
  for (const [at, name] of hostileNames.entries()) {
    const email = `${mark}.${at}@example.cn`;
    const personId = await personCalled(stage, { name, email, customerId });
    if (personId === null) continue;
    await make(stage, 'createCareTask', { personId, channel: 'EMAIL', templateId });
    await until(
      async () => {
        const found = await mailsIn(stage, `to=${encodeURIComponent(email)}`);
        mails.push(...found);
        return found.length > 0;
      },
      { forMs: mailMsMax, everyMs: 100 },
    );
  }
  return mails;
}

type Called = { readonly name: string; readonly email: string; readonly customerId: string };

/** Null when nobody may be called so. */
async function personCalled(
  stage: MeshStage,
  { name, email, customerId }: Called,
): Promise<string | null> {
  const input = { name, acceptDuplicates: true, contactPoints: [{ kind: 'EMAIL', value: email }] };
  const { data } = await stage.graph.answer(
    'mutation ($input: CreatePersonInput!) { made: createPerson(input: $input) { id } }',
    { variables: { input } },
  );
  const personId = madeSchema.safeParse(data).data?.made.id;
  if (personId === undefined) return null;
  await make(stage, 'affiliate', { personId, customerId, roles: ['CONTACT'] });
  const consent = { purpose: 'CARE', lawfulBasis: 'CONSENT', source: 'C4' };
  await make(stage, 'recordConsent', { personId, ...consent });
  await careKnows(
    stage,
    `SELECT COUNT(*) FROM crm_care.consentDecision c JOIN crm_care.personPulse p ON p.id = c.personId
     WHERE p.id = UUID_TO_BIN('${personId}')`,
    1,
  );
  return personId;
}

/** The headers of a mail of ours. */
const headers: ReadonlySet<string> = new Set([
  'auto-submitted',
  'content-transfer-encoding',
  'content-type',
  'date',
  'from',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'message-id',
  'mime-version',
  'subject',
  'to',
]);

const active = /<\s*(script|img)/i;

function ofMails(mails: readonly Mail[]): readonly Measure[] {
  const names = mails.flatMap((mail) => Object.keys(mail.headers ?? {}));
  return [
    none(
      `headers of ${mails.length} mails that are not ours`,
      names.filter((name) => !headers.has(name)).length,
    ),
    none('mails to more than one', mails.filter(({ to }) => to.length !== 1).length),
    none(
      'mails with a script or a picture',
      mails.filter(({ html }) => active.test(html ?? '')).length,
    ),
    {
      what: 'names that are no more than names, mailed',
      value: mails.length,
      unit: '',
      bound: 5,
      isFloor: true,
    },
  ];
}
