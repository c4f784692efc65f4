import { beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { operationOfReadme } from '../examples/asking.ts';
import { eventually, meshMsMax } from '../harness.ts';
import { carePeople, type CarePeople } from './people.ts';

let care: CarePeople;

beforeAll(async () => {
  care = await carePeople();
}, meshMsMax);

const gateway = (path: string): string =>
  `http://127.0.0.1:${care.system.mesh.ports.gateway}${path}`;

const staffSchema = z.object({
  upsertStaff: z.object({ rows: z.array(z.object({ id: z.string() })) }),
});

test('letters are printed as a PDF, which whoever has its address fetches', async () => {
  const customerId = await care.make('createCustomer', { name: care.name('信函') });
  const person = await care.contact(customerId, { name: '李喆堃' });
  const templateId = await care.template('LETTER', {
    subject: '新春问候',
    body: '{{ person.salutation }}：{{ phrase.greeting }}',
  });
  const taskId = await care.scheduled({ personId: person.id, channel: 'LETTER', templateId });
  const data = await care.ask(operationOfReadme('PrintLetters'), { taskIds: [taskId] });
  const printed = Object(data['printLetters']);
  expect(printed).toMatchObject({ letterCount: 1, pageCount: 1, skipped: [] });
  const answer = await fetch(gateway(printed.downloadPath));
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  const pdf = Buffer.from(await answer.arrayBuffer());
  expect([pdf.length, pdf.subarray(0, 5).toString()]).toEqual([printed.size, '%PDF-']);
  expect((await fetch(gateway(`${printed.downloadPath}x`))).status).toBe(404);
});

test('a calendar reads what is to be done at a secret address, until it is revoked', async () => {
  const code = care.name('staff');
  const made = await care.ask(
    'mutation ($input: UpsertStaffInput!) { upsertStaff(input: $input) { rows { id } } }',
    { input: { rows: [{ code, name: '王芳' }] } },
  );
  const [assigneeId = ''] = staffSchema.parse(made).upsertStaff.rows.map(({ id }) => id);
  const customerId = await care.make('createCustomer', {
    name: care.name('日历'),
    ownerId: assigneeId,
  });
  const person = await care.contact(customerId, { name: '韩梅' });
  await care.scheduled({ personId: person.id, channel: 'VISIT', assigneeId });
  const token = await care.system.token({ roles: ['rep'], staff: code });
  const asStaff = async (query: string, variables = {}): Promise<Record<string, unknown>> => {
    const { data, errors } = await care.system.graphql({ token, query, variables });
    expect(errors).toEqual([]);
    return { ...data };
  };
  const renewed = Object((await asStaff(operationOfReadme('MyCalendar')))['renewCalendarFeed']);
  const read = (headers = {}): Promise<Response> => fetch(renewed.url, { headers });
  await eventually('the task in the calendar', async () =>
    (await (await read()).text()).includes('韩梅'),
  );
  const answer = await read();
  expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
  expect(answer.headers.get('cache-control')).toBe('private, max-age=300');
  const etag = answer.headers.get('etag') ?? '';
  expect((await read({ 'if-none-match': etag })).status).toBe(304);

  await asStaff('mutation ($id: ID!) { revokeCalendarFeed(input: { id: $id }) { revokedAt } }', {
    id: renewed.feed.id,
  });
  expect((await read()).status).toBe(404);
});
