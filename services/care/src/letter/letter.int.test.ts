import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { idToBytes, newId } from '@crm/kit/id';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { eventOf } from '@crm/kit/testing/events';
import { ConsentWithdrawn } from '@crm/schemas/events/consent';
import { systemViewer } from '@crm/kit/viewer';
import { extractText, getDocumentProxy } from 'unpdf';
import { as } from '../testing/care.ts';
import { consentData } from '../testing/people.ts';
import { addCustomer, addPerson } from '../testing/planning.ts';
import { stillCare, type StillCare } from '../testing/still-care.ts';
import { letterAnswerer } from './letter.answer.ts';

/** A Monday, ten in the morning in Shanghai. */
const now = new Date('2026-12-07T02:00:00Z');
let care: StillCare;
let templateId: string;
let customerId: string;

beforeAll(async () => {
  care = await stillCare(now);
  templateId = newId();
  await care.db.query(
    `INSERT INTO messageTemplate (id, version, createdAt, updatedAt, code, number, labels, channel,
       locale, format, subject, body, status, publishedAt)
     VALUES (?, 1, ?, ?, 'letter', 1, '{"zh":"信函","en":"Letter"}', 'LETTER', 'ZH_CN', 'TEXT',
       '新春问候', '尊敬的{{ person.salutation }}：\n\n感谢{{ customer.name }}的信任，Thank you！', 'PUBLISHED', ?)`,
    [idToBytes(templateId), now, now, now],
  );
  customerId = await addCustomer(care, { name: '东方泵业制造有限公司' });
});
afterAll(() => care.stop());

const CREATE = 'mutation ($input: CreateCareTaskInput!) { createCareTask(input: $input) { id } }';

async function letterTo(name: string, input: object = {}): Promise<string> {
  const personId = await addPerson(care, { name, customerId });
  const { data, errors } = await care.execute(CREATE, {
    input: { personId, channel: 'LETTER', templateId, ...input },
  });
  expect(errors).toBeUndefined();
  return String(Object(data?.['createCareTask']).id);
}

const PRINT = `mutation ($input: PrintLettersInput!) { printLetters(input: $input) {
  downloadPath expiresAt name size letterCount pageCount missingCharacters hasMore
  skipped { reason task { id } } } }`;

const print = (input: object, request: TestRequest = {}): Promise<TestResult> =>
  care.execute(PRINT, { input }, request);

/** What the gateway asks for whoever holds an address. */
async function download(path: string): Promise<Buffer> {
  const answer = letterAnswerer(care.app, '');
  const token = path.split('/').at(-1) ?? '';
  const request = {
    viewer: systemViewer('address'),
    requestId: newId(),
    lane: 'interactive' as const,
    deadlineAt: Date.now() + 5000,
    consistency: null,
    signal: AbortSignal.timeout(5000),
  };
  const found = await answer(request, { do: 'find-download', token }, Buffer.alloc(0));
  const { size, mimeType } = JSON.parse(found.text.toString());
  expect(mimeType).toBe('application/pdf');
  const part = await answer(request, { do: 'read-download', token, at: 0 }, Buffer.alloc(0));
  const bytes = Buffer.from(part.text);
  expect(bytes.length).toBe(size);
  return bytes;
}

async function textOf(pdf: Buffer): Promise<readonly string[]> {
  const document = await getDocumentProxy(new Uint8Array(pdf));
  return (await extractText(document, { mergePages: false })).text;
}

const codeOf = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['code'];

describe('letters', () => {
  test('are one PDF whose Chinese can be read, a page for each', async () => {
    const ids = [await letterTo('李喆堃'), await letterTo('王𠮷')];
    const { data, errors } = await print({ taskIds: ids });
    expect(errors).toBeUndefined();
    const printed = Object(data?.['printLetters']);
    expect(printed).toMatchObject({
      name: 'letters-2026-12-07.pdf',
      letterCount: 2,
      pageCount: 2,
      missingCharacters: ['𠮷'],
      skipped: [],
      hasMore: false,
    });
    const [first = '', second = ''] = await textOf(await download(printed.downloadPath));
    expect(first).toContain('东方泵业制造有限公司');
    expect(first).toContain('总经理 李喆堃');
    expect(first).toContain('2026年12月7日');
    expect(first).toContain('新春问候');
    expect(first).toContain('尊敬的李先生：');
    expect(first).toContain('感谢东方泵业制造有限公司的信任，Thank you！');
    expect(second).toContain('王〓');
  });

  test('leave out what may not be sent any more, and say why', async () => {
    const [good, refused] = [await letterTo('张三'), await letterTo('李四')];
    const [call] = [await letterTo('王五')];
    const [row]: { personId: Buffer }[] = await care.db.query(
      'SELECT personId FROM careTask WHERE id = ?',
      [idToBytes(refused)],
    );
    const personId = row?.personId
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    await care.apply([
      eventOf(
        ConsentWithdrawn,
        { id: newId() },
        consentData(personId ?? '', { status: 'WITHDRAWN', at: '2026-12-01T00:00:00.000Z' }),
      ),
    ]);
    await care.db.query("UPDATE careTask SET channel = 'PHONE' WHERE id = ?", [idToBytes(call)]);
    const { data, errors } = await print({ taskIds: [good, refused, call] });
    expect(errors).toBeUndefined();
    expect(data?.['printLetters']).toMatchObject({
      letterCount: 1,
      skipped: expect.arrayContaining([
        { reason: 'WITHDRAWN', task: { id: refused } },
        { reason: 'NO_LETTER', task: { id: call } },
      ]),
    });
    const nothing = await print({ taskIds: [call] });
    expect([codeOf(nothing), nothing.errors?.[0]?.message]).toEqual([
      'RULE_VIOLATION',
      'There is no letter to print: NO_LETTER',
    ]);
  });

  test('of a long text go on, on further pages', async () => {
    const long = newId();
    await care.db.query(
      `INSERT INTO messageTemplate (id, version, createdAt, updatedAt, code, number, labels, channel,
         locale, format, body, status, publishedAt)
       VALUES (?, 1, ?, ?, 'long', 1, '{"zh":"长","en":"Long"}', 'LETTER', 'ZH_CN', 'TEXT', ?, 'PUBLISHED', ?)`,
      [idToBytes(long), now, now, '一切顺利。\n'.repeat(90), now],
    );
    const id = await letterTo('赵六', { templateId: long });
    const { data } = await print({ taskIds: [id] });
    expect(Object(data?.['printLetters']).pageCount).toBeGreaterThan(2);
  });

  test('are of those who may read them, for some minutes', async () => {
    const id = await letterTo('钱七');
    expect(codeOf(await print({ taskIds: [id] }, as('analyst')))).toBe('FORBIDDEN');
    expect(codeOf(await print({ taskIds: [id] }, as('rep')))).toBe('RULE_VIOLATION');
    expect(codeOf(await print({}))).toBe('INVALID');
    expect(codeOf(await print({ taskIds: [id], planId: newId() }))).toBe('INVALID');
    const { data } = await print({ taskIds: [id] });
    const { downloadPath } = Object(data?.['printLetters']);
    await expect(download(`${downloadPath}x`)).rejects.toThrow('no such address');
    care.setClock(new Date(now.getTime() + 5 * 60_000 + 1));
    await expect(download(downloadPath)).rejects.toThrow('has ended');
    await print({ taskIds: [id] });
    const [{ left }]: [{ left: number }] = await care.db.query(
      'SELECT COUNT(*) AS `left` FROM letterFile WHERE expiresAt < ?',
      [care.app.now()],
    );
    expect(left).toBe(0);
    care.setClock(now);
  });
});
