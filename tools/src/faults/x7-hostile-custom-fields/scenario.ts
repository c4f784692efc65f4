import { contextHeader, contextSigner } from '@crm/kit/server/signature';
import { Pool } from 'undici';
import { z } from 'zod';
import { mintToken } from '../../mesh/mint.ts';
import { say } from '../../mesh/say.ts';
import { percentile } from '../../subscribers/latency.ts';
import { heal, sql, writerOf, type MeshStage } from '../mesh/stage.ts';
import { holds, none, type Measure, type Scenario } from '../scenario.ts';
import { attacks, type Attack } from './attacks.ts';

const times = 6;
const warmings = 1;
const refusalMsMax = 20;
/** On a machine that is busy no hostile request may take longer than so many times an ordinary wrong one. */
const slowdownMax = 2;
/** What tells a client that the request was wrong, and not the service. */
const refusals: ReadonlySet<string> = new Set([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'INVALID',
  'TOO_COSTLY',
]);

export const scenario: Scenario = {
  id: 'X7',
  title: `custom fields of 1 MB, of 10,000 keys, 1,000 deep, with hostile names and numbers`,
  isFast: true,
  onMesh: async (stage) => {
    await heal(stage);
    await defineFields(stage);
    const mark = String(Date.now());
    const targets = [await gatewayOf(stage), subgraphOf(stage)];
    const before = await stored(stage);
    const measures: Measure[] = [];
    for (const target of targets) measures.push(...(await judge(target, mark)));
    const after = await stored(stage);
    return [
      ...measures,
      none('things stored', after.customers - before.customers + after.events - before.events),
      holds('what is right is taken all the same', await isRightTaken(stage)),
    ];
  },
};

/** Something that answers a GraphQL request. */
type Target = {
  readonly name: string;
  readonly attacks: readonly Attack[];
  readonly post: (body: string) => Promise<{ readonly status: number; readonly text: string }>;
  readonly close: () => Promise<void>;
};

/** What an ordinary client does wrong. */
const wrong: Attack = { what: '', customFields: '[{"key":"nothing","value":"a"}]' };

type Timed = { readonly answer: Awaited<ReturnType<Target['post']>>; readonly tookMs: number };

async function timed({ post }: Target, body: string): Promise<Timed> {
  const startedAt = performance.now();
  const answer = await post(body);
  return { answer, tookMs: performance.now() - startedAt };
}

async function judge(target: Target, mark: string): Promise<readonly Measure[]> {
  let taken = 0;
  const slow: { readonly what: string; readonly ms: number }[] = [];
  const usual: number[] = [];
  for (const attack of target.attacks) {
    const ms: number[] = [];
    for (let at = -warmings; at < times; at += 1) {
      const { answer, tookMs } = await timed(target, bodyOf(attack, `${mark}-${at}`));
      if (at >= 0) ms.push(tookMs);
      usual.push((await timed(target, bodyOf(wrong, `${mark}-${at}`))).tookMs);
      if (isRefused(answer)) continue;
      taken += 1;
      say(`  ${target.name}: ${attack.what}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    slow.push(...ms.map((each) => ({ what: attack.what, ms: each })));
  }
  await target.close();
  const p99 = percentile(
    slow.map(({ ms }) => ms),
    0.99,
  );
  const slowest = slow.toSorted((one, other) => other.ms - one.ms).slice(0, 3);
  say(
    `  ${target.name}: ${slowest.map(({ what, ms }) => `${what} ${ms.toFixed(1)} ms`).join(', ')}`,
  );
  return [
    none(`requests that the ${target.name} did not refuse`, taken),
    {
      what: `for a refusal by the ${target.name} at the 99th percentile`,
      value: Math.round(p99 * 10) / 10,
      unit: 'ms',
      bound: Math.max(refusalMsMax, Math.round(slowdownMax * percentile(usual, 0.99))),
    },
  ];
}

const document =
  'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { id customFields { key value } } }';

const bodyOf = ({ customFields }: Attack, mark: string): string =>
  `{"query":${JSON.stringify(document)},"variables":{"input":{"code":"X7-${mark}","name":"X7 ${mark}","customFields":${customFields}}}}`;

const answerSchema = z.object({
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }) })).min(1),
});

function isRefused({ status, text }: { readonly status: number; readonly text: string }): boolean {
  const answer = answerSchema.safeParse(JSON.parse(text));
  if (!answer.success || status >= 500) return false;
  return answer.data.errors.every(({ extensions }) => refusals.has(extensions.code));
}

async function gatewayOf({ mesh }: MeshStage): Promise<Target> {
  const token = await mintToken(mesh, { roles: ['admin'] });
  const target = { name: 'gateway', attacks, port: mesh.ports.gateway };
  return targetOf(target, () => ({ authorization: `Bearer ${token}` }));
}

/** The service alone, with all that its gateway has to let through. */
function subgraphOf({ mesh }: MeshStage): Target {
  const key = mesh.secrets.contextKeys['customers'] ?? '';
  const sign = contextSigner({ audience: 'customers', key });
  const viewer = {
    subject: 'x7',
    staffId: null,
    roles: ['admin' as const],
    teamIds: [],
    purpose: null,
  };
  const own = attacks.filter(({ isForm }) => !isForm);
  return targetOf({ name: 'service', attacks: own, port: mesh.ports.customers }, (body) => ({
    [contextHeader]: sign(
      {
        viewer,
        requestId: 'x7',
        deadlineAt: Date.now() + 10_000,
        consistency: null,
        lane: 'interactive',
      },
      body,
    ),
  }));
}

function targetOf(
  { name, attacks: own, port }: Pick<Target, 'attacks' | 'name'> & { readonly port: number },
  headersOf: (body: string) => Readonly<Record<string, string>>,
): Target {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 1 });
  return {
    name,
    attacks: own,
    post: async (body) => {
      const response = await pool.request({
        path: '/graphql',
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headersOf(body) },
      });
      return { status: response.statusCode, text: await response.body.text() };
    },
    close: () => pool.close(),
  };
}

async function defineFields({ graph }: MeshStage): Promise<void> {
  for (const [key, type] of [
    ['x7Text', 'TEXT'],
    ['x7Number', 'NUMBER'],
  ]) {
    await graph.ask(
      z.unknown(),
      `mutation { defineCustomField(input: { entity: "Customer", key: "${key}", type: ${type},
        labels: { zh: "${key}", en: "${key}" }, options: [], required: false, active: true }) { key } }`,
    );
  }
}

async function stored(stage: MeshStage): Promise<{ customers: number; events: number }> {
  const [row] = await sql(
    stage,
    await writerOf(stage),
    `SELECT (SELECT COUNT(*) FROM crm_customers.customer WHERE code LIKE 'X7-%') AS customers,
       (SELECT COUNT(*) FROM crm_customers.outbox) AS events`,
  );
  return { customers: Number(row?.['customers']), events: Number(row?.['events']) };
}

async function isRightTaken({ graph }: MeshStage): Promise<boolean> {
  const mark = `X7R-${Date.now()}`;
  const data = await graph.ask(
    z.object({ createCustomer: z.object({ customFields: z.array(z.unknown()) }) }),
    document,
    {
      variables: {
        input: {
          code: mark,
          name: mark,
          customFields: [
            { key: 'x7Text', value: 'x'.repeat(1000) },
            { key: 'x7Number', value: -0.5 },
          ],
        },
      },
    },
  );
  return data.createCustomer.customFields.length === 2;
}
