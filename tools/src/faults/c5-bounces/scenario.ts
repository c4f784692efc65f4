import { randomUUID } from 'node:crypto';
import { bodySignatureHeader, signBody } from '@crm/kit/server/body-signature';
import { z } from 'zod';
import { until } from '../../mesh/wait.ts';
import {
  countOf,
  greet,
  isOpen,
  letGo,
  outcomesOf,
  prepareGreetings,
  scheduleGreetings,
  setFault,
  takenTo,
  type Greetings,
} from '../care/greetings.ts';
import { sql, writerOf, type MeshStage } from '../mesh/stage.ts';
import { holds, none, type Scenario } from '../scenario.ts';

const waitMsMax = 30_000;

export const scenario: Scenario = {
  id: 'C5',
  title: 'mails are refused for good, returned afterwards and complained about',
  onMesh: async (stage) => {
    const mark = `c5-${randomUUID().slice(0, 8)}`;
    const address = (name: string): string => `${mark}.${name}@example.cn`;
    const [refused, returned] = [address('refused'), address('returned')];
    const [complaining, staying] = [address('complaining'), address('staying')];
    const greetings = await prepareGreetings(stage, mark);

    await setFault(stage, { mode: 'refuse', code: 550, status: '5.1.1', stage: 'recipient' });
    const first = await scheduleGreetings(greetings, [refused]);
    await sent(greetings, 1);
    await setFault(stage, { mode: 'none' });
    const others = await scheduleGreetings(greetings, [returned, complaining, staying]);
    await sent(greetings, 4);
    await tell(stage, { reference: await deliveryOf(stage, others[0]), status: 'bounced' });
    await tell(stage, { reference: await deliveryOf(stage, others[1]), status: 'complained' });
    const known = await outcomesOf(greetings);

    const isTold = await until(() => isWithdrawn(stage, others[1] ?? ''), { forMs: waitMsMax });
    const isRefused = await isRefusedNow(greetings, others[1] ?? '');
    await greet(greetings, [first[0] ?? '', others[0] ?? '', others[2] ?? ''], new Date());
    await sent(greetings, 7);
    const counts = countOf(await takenTo(stage));
    const after = (email: string): number => counts.get(email) ?? 0;
    const is = (email: string, outcome: string): boolean =>
      known.some((row) => row.email === email && `${row.status} ${row.reason}` === outcome);
    return [
      none('mails to addresses that are dead', after(refused) + after(returned) - 1),
      holds('what was refused is shown as bounced', is(refused, 'BOUNCED NO_SUCH_ADDRESS')),
      holds('what was returned is shown as bounced', is(returned, 'BOUNCED NO_SUCH_ADDRESS')),
      holds('the complaint is shown', is(complaining, 'DELIVERED COMPLAINT')),
      holds('who complained is not written to again', isRefused && after(complaining) === 1),
      holds('contacts has withdrawn the consent of who complained', isTold),
      holds('all three addresses are listed', (await listed(stage, [...first, ...others])) === 3),
      holds('others are written to as before', after(staying) === 2),
      holds('the customer shows all of it', (await shown(greetings)) === 7),
      none('told without a signature and taken', await takenUnsigned(stage, others[2])),
    ];
  },
};

/** Has what is scheduled be sent, and waits until so many have an outcome. */
async function sent(greetings: Greetings, count: number): Promise<void> {
  await letGo(greetings);
  const isSettled = await until(
    async () => {
      const rows = await outcomesOf(greetings);
      return rows.length >= count && !rows.some(isOpen);
    },
    { forMs: waitMsMax, everyMs: 100 },
  );
  if (!isSettled)
    throw new Error(
      `${count} greetings had no outcome: ${JSON.stringify(await outcomesOf(greetings))}`,
    );
}

async function deliveryOf(stage: MeshStage, personId = ''): Promise<string> {
  const [row] = await sql(
    stage,
    await writerOf(stage),
    `SELECT BIN_TO_UUID(id) AS id FROM crm_care.delivery WHERE personId = UUID_TO_BIN('${personId}')`,
  );
  return String(row?.['id']);
}

type Event = { readonly reference: string; readonly status: string };

/** As a provider that was handed the mails tells what became of one. */
async function tell({ mesh }: MeshStage, event: Event, isSigned = true): Promise<number> {
  const body = JSON.stringify(event);
  const answer = await fetch(`http://127.0.0.1:${mesh.ports.gateway}/hooks/care/mail/events`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      ...(isSigned && {
        [bodySignatureHeader]: signBody(mesh.secrets.deliveryKey, body, Date.now()),
      }),
    },
  });
  return answer.status;
}

async function takenUnsigned(stage: MeshStage, personId = ''): Promise<number> {
  const reference = await deliveryOf(stage, personId);
  return (await tell(stage, { reference, status: 'bounced' }, false)) < 400 ? 1 : 0;
}

const permissionSchema = z.object({
  person: z.object({
    contactPermission: z.object({ isAllowed: z.boolean(), reason: z.string().nullable() }),
  }),
});

async function isWithdrawn({ graph }: MeshStage, id: string): Promise<boolean> {
  const { person } = await graph.ask(
    permissionSchema,
    `query ($id: ID!) { person(id: $id) {
      contactPermission(purpose: CARE, channel: EMAIL) { isAllowed reason } } }`,
    { variables: { id } },
  );
  return person.contactPermission.reason === 'WITHDRAWN';
}

async function isRefusedNow({ stage, templateId }: Greetings, personId: string): Promise<boolean> {
  const { errors } = await stage.graph.answer(
    'mutation ($input: CreateCareTaskInput!) { createCareTask(input: $input) { id } }',
    { variables: { input: { personId, channel: 'EMAIL', templateId } } },
  );
  return errors[0]?.message.includes('WITHDRAWN') ?? false;
}

const listSchema = z.object({ suppressedAddresses: z.object({ totalCount: z.number() }) });

async function listed({ graph }: MeshStage, people: readonly string[]): Promise<number> {
  const { suppressedAddresses } = await graph.ask(
    listSchema,
    `query ($people: [ID!]) { suppressedAddresses(where: { personId: { in: $people } }) {
      totalCount } }`,
    { variables: { people } },
  );
  return suppressedAddresses.totalCount;
}

const deliveriesSchema = z.object({
  customer: z.object({ deliveries: z.object({ totalCount: z.number() }) }),
});

async function shown({ stage, customerId }: Greetings): Promise<number> {
  const { customer } = await stage.graph.ask(
    deliveriesSchema,
    'query ($id: ID!) { customer(id: $id) { deliveries { totalCount } } }',
    { variables: { id: customerId } },
  );
  return customer.deliveries.totalCount;
}
