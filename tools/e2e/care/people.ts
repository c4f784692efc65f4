import { expect } from '@jest/globals';
import { z } from 'zod';
import { eventually, startTestMesh, type TestMesh } from '../harness.ts';

type Variables = Readonly<Record<string, unknown>>;

export type Person = { readonly id: string; readonly email: string; readonly mobile: string };

type Caught = z.infer<typeof caughtSchema>['messages'][number];

/** People to care for on the mesh of the tests, and what they get. */
export type CarePeople = {
  readonly system: TestMesh;
  readonly admin: string;
  readonly ask: (query: string, variables?: Variables) => Promise<Record<string, unknown>>;
  /** Runs a mutation; gives the id of what it returns. */
  readonly make: (mutation: string, input: Variables, type?: string) => Promise<string>;
  /** A name that no other test uses. */
  readonly name: (of: string) => string;
  /** Somebody at a customer, its principal unless it is said, who has agreed to be addressed. */
  readonly contact: (customerId: string, somebody?: Somebody) => Promise<Person>;
  readonly template: (channel: string, text: Variables) => Promise<string>;
  /** Makes a care task, as soon as care knows that the person has agreed; gives its id. */
  readonly scheduled: (input: Variables) => Promise<string>;
  readonly mailsTo: (to: string) => Promise<readonly Caught[]>;
  readonly textsTo: (to: string) => Promise<readonly Caught[]>;
};

export type Somebody = {
  readonly name?: string;
  /** As inputs give it. */
  readonly birthday?: Variables | null;
  readonly roles?: readonly string[];
  readonly purposes?: readonly string[];
};

const caughtSchema = z.object({
  messages: z.array(
    z.object({
      to: z.array(z.string()),
      title: z.string(),
      text: z.string(),
      headers: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

const idSchema = z.object({ made: z.object({ id: z.string() }) });

const caughtAt = async (port: number, to: string): Promise<readonly Caught[]> => {
  const answer = await fetch(`http://127.0.0.1:${port}/messages?to=${encodeURIComponent(to)}`);
  return caughtSchema.parse(await answer.json()).messages;
};

export async function carePeople(): Promise<CarePeople> {
  const system = await startTestMesh();
  const admin = await system.token({ roles: ['admin'] });
  const ask: CarePeople['ask'] = async (query, variables = {}) => {
    const { data, errors } = await system.graphql({ token: admin, query, variables });
    expect(errors).toEqual([]);
    return { ...data };
  };
  const make: CarePeople['make'] = async (mutation, input, type) => {
    const name = type ?? `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const query = `mutation ($input: ${name}!) { made: ${mutation}(input: $input) { id } }`;
    return idSchema.parse(await ask(query, { input })).made.id;
  };
  // The hours in which the tests run are nobody's to rest.
  await make('saveFatiguePolicy', {
    code: 'all',
    onePerOccasion: true,
    quietHours: null,
    maxTouches: 6,
    periodDays: 30,
  });
  const mark = `c${Date.now()}${Math.floor(Math.random() * 1000)}`;
  let made = 0;
  const name = (of: string): string => `${mark}_${of}_${(made += 1)}`;
  return {
    system,
    admin,
    ask,
    make,
    name,
    contact: (customerId, somebody = {}) =>
      contact(make, customerId, { ...somebody, email: `${name('p')}@example.cn` }),
    template: async (channel, text) => {
      const labels = { zh: '模板', en: 'Template' };
      const code = name('t');
      const id = await make('saveTemplate', { code, channel, locale: 'ZH_CN', labels, ...text });
      return make('publishTemplate', { id });
    },
    scheduled: (input) => scheduled(system, admin, input),
    mailsTo: (to) => caughtAt(system.mesh.ports['mail-page'], to),
    textsTo: (to) => caughtAt(system.mesh.ports.sms, to),
  };
}

let mobiles = 0;

async function contact(
  make: CarePeople['make'],
  customerId: string,
  {
    name = '李雷',
    birthday = null,
    roles = ['PRINCIPAL'],
    purposes = ['CARE'],
    email,
  }: Somebody & { readonly email: string },
): Promise<Person> {
  mobiles += 1;
  const mobile = `139${String(Date.now()).slice(-6)}${String(mobiles).padStart(2, '0')}`;
  const id = await make('createPerson', {
    name,
    gender: 'MALE',
    birthday,
    acceptDuplicates: true,
    contactPoints: [
      { kind: 'EMAIL', value: email, isPreferred: true },
      { kind: 'MOBILE', value: mobile, isPreferred: true },
    ],
  });
  await make('affiliate', { personId: id, customerId, roles, jobTitle: '经理' });
  for (const purpose of purposes) {
    const basis = { lawfulBasis: 'CONSENT', source: '拜访' };
    await make('recordConsent', { personId: id, purpose, ...basis });
  }
  return { id, email, mobile: `+86${mobile}` };
}

async function scheduled(system: TestMesh, token: string, input: Variables): Promise<string> {
  const query =
    'mutation ($input: CreateCareTaskInput!) { made: createCareTask(input: $input) { id } }';
  let id = '';
  await eventually('care to know the consent', async () => {
    const { data } = await system.graphql({ token, query, variables: { input } });
    const found = idSchema.safeParse(data);
    id = found.success ? found.data.made.id : '';
    return found.success;
  });
  return id;
}
