import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { as, testCare, type TestCare } from '../testing/care.ts';

let care: TestCare;
beforeAll(async () => {
  care = await testCare();
});
afterAll(() => care.stop());

const SHOWN = `id code number status channel format subject body mergeFields version
  problems { path message } example { subject text html smsLength { units segments isUnicode } }`;
const SAVE = `mutation ($input: SaveTemplateInput!) { saveTemplate(input: $input) { ${SHOWN} } }`;
const PUBLISH = `mutation ($input: PublishTemplateInput!) { publishTemplate(input: $input) { ${SHOWN} publishedAt } }`;
const RETIRE = `mutation ($input: RetireTemplateInput!) { retireTemplate(input: $input) { status retiredAt } }`;

const mail = {
  code: 'birthday_mail',
  labels: { zh: '生日贺信', en: 'Birthday mail' },
  channel: 'EMAIL',
  locale: 'ZH_CN',
  occasionCode: 'birthday',
  subject: '{{ person.salutation }}，生日快乐',
  body: '{{ phrase.greeting }}',
};

const save = (input: object, request?: TestRequest): Promise<TestResult> =>
  care.execute(SAVE, { input }, request);

const saved = async (input: object): Promise<Record<string, unknown>> => {
  const { data, errors } = await save(input);
  expect(errors).toBeUndefined();
  return Object(data?.['saveTemplate']);
};

const published = async (id: unknown): Promise<Record<string, unknown>> => {
  const { data, errors } = await care.execute(PUBLISH, { input: { id } });
  expect(errors).toBeUndefined();
  return Object(data?.['publishTemplate']);
};

const statusOf = async (id: unknown): Promise<unknown> => {
  const { data } = await care.execute('query ($id: ID!) { messageTemplate(id: $id) { status } }', {
    id,
  });
  return Reflect.get(Object(data?.['messageTemplate']), 'status');
};

describe('a template', () => {
  test('is drafted, published, and stays as it was when its next text is', async () => {
    const first = await saved(mail);
    expect(first).toMatchObject({
      number: 1,
      status: 'DRAFT',
      format: 'TEXT',
      mergeFields: ['person.salutation', 'phrase.greeting'],
      problems: [],
      example: { subject: '李先生，生日快乐' },
    });
    expect(await published(first['id'])).toMatchObject({ status: 'PUBLISHED' });

    const change = await save({ id: first['id'], body: 'other' });
    expect(change.errors?.[0]?.extensions?.['code']).toBe('RULE_VIOLATION');

    const next = await saved({ ...mail, body: '{{ person.name }}' });
    expect(next).toMatchObject({ number: 2, status: 'DRAFT' });
    expect(await statusOf(first['id'])).toBe('PUBLISHED');
    await saved({ id: next['id'], expectedVersion: 1, body: '{{ person.name }}!' });
    expect(await published(next['id'])).toMatchObject({ body: '{{ person.name }}!' });
    expect(await statusOf(first['id'])).toBe('RETIRED');

    const { data } = await care.execute(
      `{ messageTemplates(where: { code: { eq: "birthday_mail" } }, orderBy: [{ field: "number" }]) {
        totalCount nodes { number body status } } }`,
    );
    expect(data?.['messageTemplates']).toEqual({
      totalCount: 2,
      nodes: [
        { number: 1, body: mail.body, status: 'RETIRED' },
        { number: 2, body: '{{ person.name }}!', status: 'PUBLISHED' },
      ],
    });
  });

  test('has one draft, and keeps its channel once it was published', async () => {
    const { id } = await saved({ ...mail, code: 'one_draft' });
    const second = await save({ ...mail, code: 'one_draft' });
    expect(second.errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'id', message: expect.stringContaining(String(id)) }],
    });
    await saved({ id, channel: 'LETTER' });
    await published(id);
    const moved = await save({ ...mail, code: 'one_draft', channel: 'SMS', subject: null });
    expect(moved.errors?.[0]?.extensions).toMatchObject({ fields: [{ path: 'channel' }] });
  });

  test('with problems can be kept, and not published', async () => {
    const { id, problems, example } = await saved({
      ...mail,
      code: 'unfinished',
      body: '{{ person.salary }}',
    });
    expect(problems).toMatchObject([{ path: 'body' }]);
    expect(example).toBeNull();
    const { errors } = await care.execute(PUBLISH, { input: { id } });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'body', message: expect.stringContaining('person.salutation') }],
    });
    const { data } = await care.execute(RETIRE, { input: { id } });
    expect(data?.['retireTemplate']).toMatchObject({ status: 'RETIRED' });
    const again = await care.execute(PUBLISH, { input: { id } });
    expect(again.errors?.[0]?.extensions?.['code']).toBe('RULE_VIOLATION');
  });

  test.each([
    ['code', { code: 'no spaces' }],
    ['labels', { labels: { zh: '', en: 'x' } }],
    ['subject', { subject: 'a\r\nBcc: x@example.com' }],
    ['subject', { channel: 'SMS' }],
    ['format', { channel: 'LETTER', format: 'HTML' }],
    ['smsSignature', { smsSignature: 'x' }],
    ['smsSignature', { channel: 'SMS', subject: null, smsSignature: '【x】' }],
    ['body', { body: null }],
    ['locale', { locale: null }],
  ])('is refused for a bad %s', async (path, change) => {
    const { errors } = await save({ ...mail, code: `bad_${newId().slice(-6)}`, ...change });
    expect(JSON.stringify(errors?.[0]?.extensions?.['fields'])).toContain(`"path":"${path}"`);
  });

  test.each(['rep', 'manager', 'care_agent', 'analyst', 'partner'] as const)(
    'is written by administrators, not by a %s',
    async (role) => {
      for (const result of [
        await save(mail, as(role)),
        await care.execute(PUBLISH, { input: { id: newId() } }, as(role)),
        await care.execute(RETIRE, { input: { id: newId() } }, as(role)),
        await care.execute(
          'mutation { savePhrase(input: { code: "greeting_zh", text: "x" }) { id } }',
          {},
          as(role),
        ),
      ]) {
        expect(result.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
      }
    },
  );

  test('is read by everyone in the company', async () => {
    const COUNT = '{ messageTemplates { totalCount } phrasePresets { totalCount } }';
    const { data } = await care.execute(COUNT, {}, as('rep'));
    expect(data?.['phrasePresets']).toEqual({ totalCount: 18 });
    const partner = await care.execute(COUNT, {}, as('partner'));
    expect(partner.data).toEqual({
      messageTemplates: { totalCount: 0 },
      phrasePresets: { totalCount: 0 },
    });
  });
});

test('a text can be looked at before it is kept', async () => {
  const { data } = await care.execute(
    `query ($input: PreviewTemplateInput!) { previewTemplate(input: $input) {
      message { text smsLength { segments } } problems { path } } mergeFields { name label example(locale: EN) } }`,
    { input: { channel: 'SMS', body: '{{ person.salutation }}您好', smsSignature: '关系' } },
  );
  expect(data?.['previewTemplate']).toEqual({
    message: { text: '【关系】李先生您好', smsLength: { segments: 1 } },
    problems: [],
  });
  expect(data?.['mergeFields']).toContainEqual({
    name: 'person.salutation',
    label: '称呼',
    example: 'Ms. Smith',
  });
});

const savePhrase = (input: object): Promise<TestResult> =>
  care.execute(
    'mutation ($input: SavePhraseInput!) { savePhrase(input: $input) { code text tone active } }',
    { input },
  );

describe('phrases', () => {
  const PHRASES = `query ($occasion: String!) { phrasePresets(
    where: { occasionCode: { eq: $occasion }, locale: { eq: ZH_CN } }, orderBy: [{ field: "sortOrder" }]
  ) { nodes { code kind tone text } } }`;

  test('are there from the start, in both languages', async () => {
    const { data } = await care.execute(PHRASES, { occasion: 'birthday' });
    expect(data?.['phrasePresets']).toMatchObject({
      nodes: [
        { code: 'birthday_formal_zh', kind: 'GREETING', tone: 'FORMAL' },
        { code: 'birthday_warm_zh', kind: 'GREETING', tone: 'WARM' },
      ],
    });
  });

  test('are added and changed', async () => {
    const made = await savePhrase({
      code: 'opening',
      kind: 'NOTICE',
      occasionCode: 'opening',
      locale: 'ZH_CN',
      text: '{{ company.name }}乔迁',
    });
    expect(made.data?.['savePhrase']).toMatchObject({ tone: 'FORMAL', active: true });
    const changed = await savePhrase({ code: 'opening', active: false });
    expect(changed.data?.['savePhrase']).toMatchObject({
      text: '{{ company.name }}乔迁',
      active: false,
    });
    const bad = await savePhrase({ code: 'opening', text: '{{ nothing }}' });
    expect(bad.errors?.[0]?.extensions).toMatchObject({ fields: [{ path: 'text' }] });
  });
});

test('a list of templates costs one statement', async () => {
  const LIST =
    '{ messageTemplates(first: 50) { nodes { id problems { path } example { text } } } }';
  expect(await countStatements(care.db, () => care.execute(LIST))).toBe(1);
});
