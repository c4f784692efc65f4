import type { Connection } from 'mysql2/promise';
import { z } from 'zod';
import type { GraphClient } from '../../graph-client.ts';
import { atMost, type Row } from '../measurement.ts';
import { count, draw, fill, id, numbers, secondsUntil } from './care-schema.ts';

const mailCount = 10_000;
const waitMsMax = 600_000;
const at = "'2026-01-01 00:00:00'";

/** People who have agreed to mails, and may have any number of them at any hour. */
const recipients: readonly string[] = [
  'UPDATE fatiguePolicy SET active = 0',
  `INSERT INTO personPulse (id, version, createdAt, updatedAt, code, name, status, contactPoints)
   SELECT ${id('a110', 'n')}, 1, ${at}, ${at}, CONCAT('M-', n), CONCAT('收件人', n), 'ACTIVE',
     CONCAT('[{"kind":"EMAIL","value":"bench.', n, '@example.cn","label":null,"isPreferred":true}]')
   FROM ${numbers(mailCount)}`,
  `INSERT INTO consentDecision (id, version, createdAt, updatedAt, personId, purpose, status, at)
   SELECT ${id('d110', 'n')}, 1, ${at}, ${at}, ${id('a110', 'n')}, 'CARE', 'GRANTED', ${at}
   FROM ${numbers(mailCount)}`,
];

/** A mail to each, which is due. */
const tasks = (templateId: string): string =>
  `INSERT INTO careTask (id, version, createdAt, updatedAt, personId, occasionOn, category, purpose,
     state, channel, templateId, dueAt)
   SELECT ${id('b110', 'n')}, 1, ${at}, ${at}, ${id('a110', 'n')}, CURDATE(), 'ROUTINE', 'CARE',
     'SCHEDULED', 'EMAIL', UUID_TO_BIN('${templateId}'),
     UTC_TIMESTAMP(3) - INTERVAL ${draw('t', 60)} SECOND
   FROM ${numbers(mailCount)}`;

/** How long it takes until a local server has taken all mails. */
export async function measureMails(
  connection: Connection,
  graph: GraphClient,
): Promise<readonly Row[]> {
  await fill(connection, [...recipients, 'ANALYZE TABLE personPulse, consentDecision']);
  await connection.query(tasks(await publish(graph)));
  const took = await secondsUntil(
    async () => (await count(connection, "delivery WHERE status = 'ACCEPTED'")) >= mailCount,
    { what: 'all mails taken', forMs: waitMsMax },
  );
  await connection.query('UPDATE fatiguePolicy SET active = 1');
  const others = await count(connection, "delivery WHERE status <> 'ACCEPTED'");
  return [
    atMost(120, { id: 'care.mails', value: took, unit: 's' }),
    atMost(0, { id: 'care.mails.not', value: others, unit: 'mails' }),
  ];
}

const madeSchema = z.object({ made: z.object({ id: z.string() }) });

async function publish(graph: GraphClient): Promise<string> {
  const make = async (name: string, input: object): Promise<string> => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { made: ${name}(input: $input) { id } }`;
    return (await graph.execute({ document: query, data: madeSchema }, { input })).made.id;
  };
  const text = { subject: '{{ person.name }}', body: '{{ person.salutation }}，节日快乐' };
  const labels = { zh: '祝福', en: 'Greeting' };
  const draft = { code: 'bench', labels, channel: 'EMAIL', locale: 'ZH_CN', ...text };
  return make('publishTemplate', { id: await make('saveTemplate', draft) });
}
