import type { GraphClient } from '../../graph-client.ts';
import { dateBefore, demoSource, idIn, type Ids, isEmpty, saveOne } from './bulk.ts';

const organizations: readonly (readonly [name: string, kind: string, note: string])[] = [
  ['杭州市水务局', 'AUTHORITY', '清源水务的上级主管部门'],
  ['国家能源投资集团', 'COMPANY', '南京华能热电的股东'],
  ['江南泵业有限公司', 'COMPANY', '常州泵阀贸易的竞争对手'],
];

type Relation = readonly [
  /** A customer's code, or the name of an organisation. */
  from: string,
  type: string,
  to: string,
  sinceDaysAgo: number | null,
  more: object,
];

const relations: readonly Relation[] = [
  ['C006', 'SUBSIDIARY_OF', 'C002', 1800, { note: '金鼎化工控股 70%' }],
  ['C010', 'SUBSIDIARY_OF', 'C003', 900, {}],
  ['C003', 'SUPERVISED_BY', '杭州市水务局', null, {}],
  ['C005', 'INVESTED_BY', '国家能源投资集团', 2500, {}],
  ['C009', 'SUPPLIES', 'C007', 1200, { note: '小型清水泵由常州泵阀供货' }],
  ['C009', 'SUPPLIES', 'C008', 700, {}],
  [
    'C009',
    'RIVAL_OF',
    '江南泵业有限公司',
    null,
    { situation: '同城经销，价格低 5%', strategy: '以备件库存和上门服务取胜' },
  ],
  [
    'C001',
    'PARTNER_OF',
    'C004',
    1500,
    { situation: '合作海工项目三年，经营稳定', strength: '具备整船配套能力' },
  ],
];

/** Whom customers belong to, supply, work with and compete with. */
export async function loadRelations(client: GraphClient, customers: Ids): Promise<void> {
  if (!(await isEmpty(client, 'customerRelations'))) return;
  const known = new Map(customers);
  for (const [name, kind, note] of organizations) {
    known.set(name, await saveOne(client, 'createExternalOrganization', { name, kind, note }));
  }
  for (const [from, type, to, sinceDaysAgo, more] of relations) {
    await saveOne(client, 'relateCustomers', {
      fromId: idIn(known, from),
      type,
      toId: idIn(known, to),
      source: demoSource,
      ...(sinceDaysAgo !== null && { validFrom: dateBefore(sinceDaysAgo) }),
      ...more,
    });
  }
}
