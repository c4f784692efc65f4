import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { eventually, meshMsMax } from '../harness.ts';
import { carePeople, type CarePeople } from './people.ts';

let care: CarePeople;

beforeAll(async () => {
  care = await carePeople();
}, meshMsMax);

/** What all processes of the mesh have written. */
function allLogs(): string {
  const { log } = care.system.mesh.home;
  return readdirSync(log)
    .map((name) => readFileSync(join(log, name), 'utf8'))
    .join('\n');
}

async function statusOf(taskId: string): Promise<{ readonly id: string; readonly status: string }> {
  const data = await care.ask(
    'query ($id: ID!) { deliveries(where: { taskId: { eq: $id } }) { nodes { id status } } }',
    { id: taskId },
  );
  return Object(data['deliveries']).nodes[0] ?? { id: '', status: 'QUEUED' };
}

test('no log holds an address, a name or a word of a message, whether it went or was refused', async () => {
  const secret = care.name('geheim');
  const customerId = await care.make('createCustomer', { name: care.name('日志') });
  const person = await care.contact(customerId, { name: secret });
  const text = { subject: secret, body: `${secret} {{ person.name }}` };
  const byMail = await care.template('EMAIL', text);
  const byText = await care.template('SMS', { body: secret });
  await fetch(`http://127.0.0.1:${care.system.mesh.ports['mail-page']}/faults`, {
    method: 'PUT',
    body: JSON.stringify({
      mode: 'refuse',
      code: 550,
      status: '5.1.1',
      stage: 'recipient',
      times: 1,
    }),
  });
  const tasks = [
    await care.scheduled({ personId: person.id, channel: 'EMAIL', templateId: byMail }),
    await care.scheduled({ personId: person.id, channel: 'SMS', templateId: byText }),
  ];
  await eventually(
    'both outcomes',
    async () => {
      const all = await Promise.all(tasks.map(statusOf));
      return all.every(({ status }) => !['QUEUED', 'SENDING'].includes(status));
    },
    30_000,
  );
  const [mail] = await Promise.all(tasks.map(statusOf));
  expect(mail?.status).toBe('BOUNCED');
  const logs = allLogs();
  expect(logs).toContain(mail?.id);
  for (const personal of [person.email, person.mobile.slice(-11), secret]) {
    expect(logs.includes(personal)).toBe(false);
  }
});
