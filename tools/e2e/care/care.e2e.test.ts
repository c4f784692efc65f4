import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, meshMsMax } from '../harness.ts';
import { carePeople, type CarePeople, type Person, type Somebody } from './people.ts';

type Variables = Readonly<Record<string, unknown>>;

let care: CarePeople;

beforeAll(async () => {
  care = await carePeople();
}, meshMsMax);

/** The day it is where the company is. */
const today = (): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date());

function birthdayToday(): Variables {
  const [, month, day] = today().split('-').map(Number);
  return { calendar: 'GREGORIAN', year: 1970, month, day, leapMonth: false };
}

/** New customers, who have one principal each. */
async function customers(name: string, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    ids.push(await care.make('createCustomer', { name: care.name(`${name} ${at}`) }));
  }
  return ids;
}

/** The principal of a customer, who has agreed to care and has a birthday today. */
const principal = (customerId: string, somebody: Somebody = {}): Promise<Person> =>
  care.contact(customerId, { birthday: birthdayToday(), ...somebody });

const mailTemplate = (subject: string): Promise<string> =>
  care.template('EMAIL', { subject, body: '{{ phrase.greeting }}' });

const allDay = { from: '00:00', to: '23:59' };

async function occasion(code: string): Promise<string> {
  const data = await care.ask(
    'query ($code: String!) { occasions(where: { code: { eq: $code } }) { nodes { id } } }',
    { code },
  );
  const [found] = Object(data['occasions']).nodes;
  return found.id;
}

async function activePlan(input: Variables): Promise<string> {
  const plan = { name: care.name('plan'), sendWindow: allDay, leadDays: 0, ...input };
  const query = `mutation ($input: CreateCarePlanInput!) { createCarePlan(input: $input) { id } }`;
  let id = '';
  await eventually('care to know whom the plan names', async () => {
    const { data } = await care.system.graphql({
      token: care.admin,
      query,
      variables: { input: plan },
    });
    id = Object(data?.['createCarePlan']).id ?? '';
    return id !== '';
  });
  return care.make('activateCarePlan', { id }, 'CarePlanStepInput');
}

type Task = {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly channel: string | null;
  readonly person: { readonly id: string };
};

async function tasksOf(planId: string): Promise<readonly Task[]> {
  const data = await care.ask(
    `query ($id: ID!) { carePlan(id: $id) { tasks(first: 50) { nodes {
      id state reason channel person { id } } } } }`,
    { id: planId },
  );
  return Object(data['carePlan']).tasks.nodes;
}

const inState = (tasks: readonly Task[], state: string): readonly Task[] =>
  tasks.filter((task) => task.state === state);

describe('care', () => {
  test('of the Mid-Autumn Festival falls on its day in three years', async () => {
    const id = await occasion('mid_autumn');
    const data = await care.ask(
      'query ($id: ID!) { occasion(id: $id) { nextDays(from: "2026-01-01", first: 3) } }',
      { id },
    );
    expect(Object(data['occasion']).nextDays).toEqual(['2026-09-25', '2027-09-15', '2028-10-03']);
  });

  test('for birthdays is proposed, two are taken out, the rest is sent once, and again nothing is', async () => {
    const [ofOther = '', ...customerIds] = await customers('恒泰', 5);
    const people = await Promise.all(customerIds.map((id) => principal(id)));
    const planId = await activePlan({
      occasionId: await occasion('birthday'),
      mode: 'CONFIRM',
      channels: ['EMAIL'],
      audience: { customerIds: [ofOther, ...customerIds] },
      templates: [
        { channel: 'EMAIL', templateId: await mailTemplate('{{ person.salutation }}，生日快乐') },
      ],
    });
    await eventually(
      'four proposals',
      async () => inState(await tasksOf(planId), 'PROPOSED').length === 4,
      30_000,
    );
    const proposed = await tasksOf(planId);
    const [first, second, ...rest] = proposed.map(({ id }) => id);
    await care.ask(
      'mutation ($input: ExcludeCareTasksInput!) { excludeCareTasks(input: $input) { id } }',
      { input: { ids: [first, second], reason: '已当面祝贺' } },
    );
    await care.ask(
      'mutation ($input: ConfirmCareTasksInput!) { confirmCareTasks(input: $input) { id } }',
      { input: { ids: rest } },
    );
    await eventually(
      'two mails sent',
      async () => inState(await tasksOf(planId), 'SENT').length === 2,
      30_000,
    );
    await care.ask(
      'mutation ($input: CarePlanStepInput!) { pauseCarePlan(input: $input) { id } }',
      {
        input: { id: planId },
      },
    );
    await care.make('activateCarePlan', { id: planId }, 'CarePlanStepInput');

    const other = await principal(ofOther);
    await eventually(
      'the plan to have gone on',
      async () => (await tasksOf(planId)).some(({ person }) => person.id === other.id),
      30_000,
    );
    const excluded = new Set(proposed.slice(0, 2).map(({ person }) => person.id));
    for (const { id, email } of people) {
      const mails = await care.mailsTo(email);
      expect(mails.map(({ title }) => title)).toEqual(excluded.has(id) ? [] : ['李先生，生日快乐']);
    }
  });

  test('is given when somebody is promoted', async () => {
    const customerId = await care.make('createCustomer', { name: care.name('华通') });
    const person = await principal(customerId, { birthday: null });
    const planId = await activePlan({
      occasionId: await occasion('promotion'),
      mode: 'AUTOMATIC',
      channels: ['EMAIL'],
      audience: { customerIds: [customerId] },
      templates: [{ channel: 'EMAIL', templateId: await mailTemplate('恭贺{{ person.title }}') }],
    });
    const data = await care.ask(
      'query ($id: ID!) { person(id: $id) { affiliations { nodes { id } } } }',
      { id: person.id },
    );
    const [place] = Object(data['person']).affiliations.nodes;
    await care.make('recordPromotion', { affiliationId: place.id, newTitle: '总经理' });
    await eventually(
      'the mail',
      async () => (await care.mailsTo(person.email)).length === 1,
      30_000,
    );
    expect(await care.mailsTo(person.email)).toMatchObject([{ title: '恭贺总经理' }]);
    expect(await tasksOf(planId)).toMatchObject([{ state: 'SENT', channel: 'EMAIL' }]);
  });

  test('of a family is addressed through the principal', async () => {
    const customerId = await care.make('createCustomer', { name: care.name('万家') });
    const person = await principal(customerId, { birthday: null });
    const spouse = await care.make('createPerson', {
      name: '韩梅',
      gender: 'FEMALE',
      birthday: birthdayToday(),
      acceptDuplicates: true,
    });
    await care.make('relatePeople', { fromId: person.id, type: 'SPOUSE_OF', toId: spouse });
    await activePlan({
      occasionId: await occasion('family_birthday'),
      target: 'FAMILY_MEMBER',
      mode: 'AUTOMATIC',
      channels: ['SMS'],
      audience: { customerIds: [customerId] },
      templates: [
        {
          channel: 'SMS',
          templateId: await care.template('SMS', {
            body: '{{ phrase.greeting }}',
            smsSignature: '关系',
          }),
        },
      ],
    });
    await eventually(
      'the SMS',
      async () => (await care.textsTo(person.mobile)).length === 1,
      30_000,
    );
    expect(await care.textsTo(person.mobile)).toMatchObject([
      { text: expect.stringMatching(/^【关系】/) },
    ]);
  });

  test('is not given by a channel that somebody refuses, nor once consent is withdrawn', async () => {
    const [one = '', another = ''] = await customers('安信', 2);
    const refusing = await principal(one);
    const withdrawing = await principal(another);
    await care.make('setPreferences', { personId: refusing.id, doNotContact: ['SMS'] });
    const planId = await activePlan({
      occasionId: await occasion('birthday'),
      mode: 'CONFIRM',
      channels: ['SMS'],
      audience: { customerIds: [one, another] },
      templates: [{ channel: 'SMS', templateId: await care.template('SMS', { body: '生日快乐' }) }],
    });
    await eventually(
      'both looked at',
      async () => {
        const tasks = await tasksOf(planId);
        return inState(tasks, 'SUPPRESSED').length === 1 && inState(tasks, 'PROPOSED').length === 1;
      },
      30_000,
    );
    const [suppressed] = inState(await tasksOf(planId), 'SUPPRESSED');
    expect(suppressed).toMatchObject({ person: { id: refusing.id }, reason: 'DO_NOT_CONTACT' });

    await care.make('withdrawConsent', {
      personId: withdrawing.id,
      purpose: 'CARE',
      channel: 'SMS',
      source: '电话',
    });
    await eventually(
      'the withdrawal to count',
      async () => inState(await tasksOf(planId), 'SUPPRESSED').length === 2,
      30_000,
    );
    expect(await care.textsTo(refusing.mobile)).toEqual([]);
    expect(await care.textsTo(withdrawing.mobile)).toEqual([]);
  });

  test('ends with a click, and contacts knows of it', async () => {
    const customerId = await care.make('createCustomer', { name: care.name('退订') });
    const person = await principal(customerId, { birthday: null });
    const templateId = await care.template('EMAIL', { subject: '问候', body: 'x' });
    await eventually('care to know the consent', async () => {
      const { errors } = await care.system.graphql({
        token: care.admin,
        query: 'mutation ($input: CreateCareTaskInput!) { createCareTask(input: $input) { id } }',
        variables: { input: { personId: person.id, channel: 'EMAIL', templateId } },
      });
      return errors.length === 0;
    });
    await eventually(
      'the mail',
      async () => (await care.mailsTo(person.email)).length === 1,
      30_000,
    );
    const [mail] = await care.mailsTo(person.email);
    const [, link = ''] = /<([^>]+)>/.exec(mail?.headers?.['list-unsubscribe'] ?? '') ?? [];
    const answer = await fetch(link, { method: 'POST', body: 'List-Unsubscribe=One-Click' });
    expect(answer.status).toBe(200);

    await eventually('contacts to know', async () => {
      const data = await care.ask(
        `query ($id: ID!) { person(id: $id) { contactPermission(purpose: CARE, channel: EMAIL) {
          isAllowed reason } } }`,
        { id: person.id },
      );
      return Object(data['person']).contactPermission.reason === 'WITHDRAWN';
    });
  });
});
