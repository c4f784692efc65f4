import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { eventually, meshMsMax, startTestMesh, type TestMesh } from '../harness.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Leads every code and name, so that the tests of others on this mesh do not matter. */
const mark = `p${Date.now()}`;

let system: TestMesh;
let admin: string;

beforeAll(async () => {
  system = await startTestMesh();
  admin = await system.token({ roles: ['admin'] });
}, meshMsMax);

/** Chinese goes percent-encoded in a header. */
const purpose = { 'x-crm-purpose': encodeURIComponent('客户关怀') };

/** The data of an answer that must have no errors. */
async function ask(query: string, variables: Variables = {}): Promise<unknown> {
  const { data, errors } = await system.graphql({
    token: admin,
    query,
    variables,
    headers: purpose,
  });
  expect(errors).toEqual([]);
  return data;
}

const idSchema = z.object({ made: z.object({ id: z.string() }) });

async function make(mutation: string, input: Variables): Promise<string> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`;
  return idSchema.parse(await ask(query, { input })).made.id;
}

/** A new customer, once the contacts have heard of it. */
const customer = (name: string): Promise<string> =>
  make('createCustomer', { name: `${mark} ${name}` });

const year = new Date().getUTCFullYear() - 9;

const address = { country: 'CN', province: '江苏', city: '苏州', street: '人民路 1 号' };
/** How to reach somebody, in all ways. */
const reachedBy = (number: number): Variables[] => [
  ...['OFFICE_PHONE', 'MOBILE', 'FAX', 'HOME_PHONE'].map((kind, at) => ({
    kind,
    value: `0512-65${number}000${at}`,
    label: null,
    isPreferred: false,
  })),
  { kind: 'EMAIL', value: `${mark}.${number}@a.cn`, label: null, isPreferred: true },
];

/** G E B P N H L, and the X of the blocks. */
const core = {
  gender: 'MALE',
  ethnicity: '回族',
  birthday: { calendar: 'GREGORIAN', year: 1970, month: 5, day: 1, leapMonth: false },
  birthplace: '苏州',
  nativePlace: '江苏苏州',
  homeAddress: address,
};
const habits = { otherHabits: '钓鱼', drinking: 'MODERATE', smoking: 'SMOKER' };
const profile = {
  ...habits,
  personality: 'OUTGOING',
  temperament: 'STEADY',
  maritalStatus: 'MARRIED',
  interests: ['围棋'],
  background: '军人家庭',
  verbalExpression: 'ARTICULATE',
  thinkingStyle: 'PRUDENT',
  strengths: '果断',
  weaknesses: '急躁',
  specialSkills: ['书法'],
  health: '良好',
};
const PERSON = `name gender ethnicity birthday { calendar year month day leapMonth } birthplace
  nativePlace homeAddress { country province city street }
  contactPoints { kind value label isPreferred } honoraryPositions
  guardianConsent { givenBy givenOn }
  profile { ${Object.keys(profile).join(' ')} }`;

const read = async (id: string, fields: string): Promise<unknown> => {
  const data = await ask(`query ($id: ID!) { person(id: $id) { ${fields} } }`, { id });
  return z.object({ person: z.unknown() }).parse(data).person;
};

/** Somebody with the fields of a block; what is left out is null. */
let blocks = 100;

async function block(name: string, more: Variables = {}): Promise<string> {
  const contactPoints = reachedBy((blocks += 1));
  const given = { name: `${mark} ${name}`, ...core, contactPoints, ...more };
  const id = await make('createPerson', given);
  expect(await read(id, PERSON)).toMatchObject(given);
  return id;
}

describe('the twelve person blocks, through the gateway', () => {
  test('come back with all their fields, and one human in three roles is one row', async () => {
    const [own, other] = [await customer('客户'), await customer('另一客户')];
    // 法人代表, 客户负责人 and somebody's spouse: one person.
    const wang = await block('王强', { honoraryPositions: ['商会会长'], profile });
    await make('affiliate', {
      personId: wang,
      customerId: own,
      roles: ['PRINCIPAL'],
      isPrimary: true,
      jobTitle: '总经理',
      responsibilities: '采购与生产',
      influence: 95,
      businessFamiliarity: 'FAMILIAR',
      contactPoints: [reachedBy(10)[0], reachedBy(10)[4]],
    });
    const legal = await make('affiliate', {
      personId: wang,
      customerId: other,
      roles: ['LEGAL_REPRESENTATIVE'],
      registeredOn: '2015-06-01',
    });
    await make('recordDecision', {
      affiliationId: legal,
      decidedOn: '2026-03-01',
      content: '扩建二期厂房',
    });
    await make('recordEducation', { personId: wang, level: 'BACHELOR', major: '机械' });
    await make('recordCareer', { personId: wang, employer: '沈阳机床', title: '工程师' });

    const key = await block('关键人');
    await make('affiliate', {
      personId: key,
      customerId: own,
      roles: ['KEY_PERSON'],
      sequence: 2,
      department: '采购部',
      jobTitle: '经理',
      contactPoints: reachedBy(11).filter(({ kind }) => kind !== 'HOME_PHONE'),
    });
    const superior = await block('上级', { profile: habits });
    const assistant = await block('秘书', { profile: habits });
    const reported = await block('汇报对象', { profile: habits });
    const head = await block('集团负责人', { profile: habits });
    const influencer = await block('影响者', { profile: habits });
    const spouse = await block('配偶', { gender: 'FEMALE', profile: habits });
    const child = await block('孩子', {
      birthday: { ...core.birthday, year },
      profile: habits,
      guardianConsent: { givenBy: '王强', givenOn: '2026-01-01' },
    });
    await make('recordEducation', { personId: child, school: '实验小学', grade: '四年级' });
    const mother = await block('母亲', { profile: { health: '高血压' } });
    const uncle = await block('叔叔', { profile: habits });
    for (const [fromId, type, toId, more] of [
      [superior, 'SUPERIOR_OF', wang, {}],
      [assistant, 'ASSISTANT_OF', wang, {}],
      [wang, 'REPORTS_TO', reported, {}],
      [influencer, 'INFLUENCES', wang, { reason: '老领导，一手提拔', strength: 90 }],
      [spouse, 'SPOUSE_OF', wang, {}],
      [wang, 'PARENT_OF', child, {}],
      [mother, 'PARENT_OF', wang, {}],
      [uncle, 'RELATIVE_OF', wang, {}],
    ] as const) {
      await make('relatePeople', { fromId, type, toId, ...more });
    }
    // 隶属何企业: the head of the parent enterprise.
    const parent = await customer('集团');
    await make('relateCustomers', { fromId: own, type: 'SUBSIDIARY_OF', toId: parent });
    await make('affiliate', { personId: head, customerId: parent, roles: ['PRINCIPAL'] });

    expect(
      await read(
        wang,
        `${PERSON}
      educations { nodes { level major } } careers { nodes { employer title } }
      affiliations(orderBy: [{ field: "createdAt" }]) { nodes { roles jobTitle responsibilities
        influence businessFamiliarity registeredOn isPrimary contactPoints { kind }
        recentDecisions { nodes { decidedOn content } } } }`,
      ),
    ).toMatchObject({
      ...core,
      honoraryPositions: ['商会会长'],
      profile,
      educations: { nodes: [{ level: 'BACHELOR', major: '机械' }] },
      careers: { nodes: [{ employer: '沈阳机床', title: '工程师' }] },
      affiliations: {
        nodes: [
          {
            roles: ['PRINCIPAL'],
            jobTitle: '总经理',
            responsibilities: '采购与生产',
            influence: 95,
            businessFamiliarity: 'FAMILIAR',
            isPrimary: true,
            contactPoints: [{ kind: 'OFFICE_PHONE' }, { kind: 'EMAIL' }],
          },
          {
            roles: ['LEGAL_REPRESENTATIVE'],
            registeredOn: '2015-06-01',
            recentDecisions: { nodes: [{ decidedOn: '2026-03-01', content: '扩建二期厂房' }] },
          },
        ],
      },
    });

    const OF = `query ($own: ID!, $other: ID!) {
      own: customer(id: $own) { principal { id } keyPeople { nodes { sequence department jobTitle
        person { id } } } parent { ... on Customer { id principal { id } } } }
      other: customer(id: $other) { legalRepresentative { id } } }`;
    expect(await ask(OF, { own, other })).toMatchObject({
      own: {
        principal: { id: wang },
        keyPeople: {
          nodes: [{ sequence: 2, department: '采购部', jobTitle: '经理', person: { id: key } }],
        },
        parent: { id: parent, principal: { id: head } },
      },
      other: { legalRepresentative: { id: wang } },
    });
    expect(await read(child, 'educations { nodes { school grade } } age')).toMatchObject({
      educations: { nodes: [{ school: '实验小学', grade: '四年级' }] },
    });
    const related = z.object({
      relationships: z.object({
        nodes: z.array(
          z.object({ counterparty: z.object({ id: z.string() }), reason: z.unknown() }),
        ),
      }),
    });
    const { relationships } = related.parse(
      await read(wang, 'relationships(first: 20) { nodes { counterparty { id } reason } }'),
    );
    expect(relationships.nodes.map(({ counterparty }) => counterparty.id).toSorted()).toEqual(
      [superior, assistant, reported, influencer, spouse, child, mother, uncle].toSorted(),
    );
    // 何人对大客户产生最大影响, with the reason.
    expect(relationships.nodes.filter(({ reason }) => reason !== null)).toEqual([
      { counterparty: { id: influencer }, reason: '老领导，一手提拔' },
    ]);

    const { rows } = z
      .object({ personAggregate: z.object({ rows: z.array(z.object({ values: z.unknown() })) }) })
      .parse(
        await ask(
          `query ($mark: String!) { personAggregate(where: { name: { startsWith: $mark } },
            measures: [{ fn: COUNT }]) { rows { values { value } } } }`,
          { mark },
        ),
      ).personAggregate;
    // 王强 has three roles, and is one of eleven people.
    expect(rows).toEqual([{ values: [{ value: '11' }] }]);
  }, 60_000);
});

describe('what is sensitive, through the gateway', () => {
  test('is null with a note without the right or a purpose; with both it is told and recorded', async () => {
    const id = await make('createPerson', { name: `${mark} 敏感`, ethnicity: '满族' });
    const query = 'query ($id: ID!) { person(id: $id) { ethnicity } }';
    const care = await system.token({ roles: ['care_agent'] });
    const asked = [
      [{ token: care, headers: purpose }, null, 'NOT_ALLOWED'],
      [{ token: admin }, null, 'PURPOSE_NEEDED'],
      [{ token: admin, headers: purpose }, '满族', undefined],
    ] as const;
    for (const [request, ethnicity, reason] of asked) {
      const { data, errors, extensions } = await system.graphql({
        ...request,
        query,
        variables: { id },
      });
      expect(errors).toEqual([]);
      expect(data).toEqual({ person: { ethnicity } });
      expect(extensions['withheld']).toEqual(reason && [{ field: 'Person.ethnicity', reason }]);
    }
    const READS = `sensitiveReads { nodes { fields purpose } }`;
    expect(await read(id, READS)).toEqual({
      sensitiveReads: { nodes: [{ fields: ['ethnicity'], purpose: '客户关怀' }] },
    });
  });
});

describe('two people who are one, through the gateway', () => {
  test('have one id that the other means everywhere, until that is undone', async () => {
    const customerId = await customer('合并');
    const [kept, gone] = [
      await make('createPerson', { name: `${mark} 留` }),
      await make('createPerson', { name: `${mark} 去` }),
    ];
    await make('affiliate', { personId: gone, customerId, roles: ['PRINCIPAL'] });
    const merge = await make('mergePeople', { survivorId: kept, mergedId: gone });
    const OF = `query ($id: ID!, $customerId: ID!) { person(id: $id) { id }
      customer(id: $customerId) { principal { id } } }`;
    const one = { person: { id: kept }, customer: { principal: { id: kept } } };
    expect(await ask(OF, { id: gone, customerId })).toEqual(one);
    await make('unmergePeople', { id: merge });
    const two = { person: { id: gone }, customer: { principal: { id: gone } } };
    await eventually('the merge is undone', async () => {
      expect(await ask(OF, { id: gone, customerId })).toEqual(two);
      return true;
    });
  });
});
