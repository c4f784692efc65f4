import type { GraphClient } from '../../graph-client.ts';
import { idIn, type Ids, saveAll, saveByCode } from './bulk.ts';

const rows = [
  {
    code: 'R01',
    name: '东方泵业制造有限公司',
    shortName: '东方泵业',
    category: 'MAJOR',
    threatLevel: 'HIGH',
    scale: 'LARGE',
    region: '全国',
    marketShare: '18.5',
    overview: '产品线全，价格略高于我方，服务网点多。',
    flagshipProducts: ['DF 系列离心泵'],
  },
  {
    code: 'R02',
    name: '华南流体科技有限公司',
    shortName: '华南流体',
    category: 'GENERAL',
    threatLevel: 'MEDIUM',
    scale: 'MEDIUM',
    region: '华南',
    marketShare: '6.2',
    overview: '化工泵交货快，在广东低价竞争。',
    flagshipProducts: ['HN 磁力泵'],
  },
  {
    code: 'R03',
    name: '北方阀门厂',
    category: 'POTENTIAL',
    threatLevel: 'LOW',
    scale: 'SMALL',
    region: '华北',
    marketShare: '1.1',
    overview: '开始试制排污泵。',
  },
];

type ProductRow = readonly [
  competitorCode: string,
  name: string,
  category: string,
  yuan: number,
  rivalCode: string,
  strengths: string,
  weaknesses: string,
];

const products: readonly ProductRow[] = [
  ['R01', 'DF-80 离心泵', '离心泵', 5900, 'P102', '效率高', '价格高'],
  ['R01', 'DF-150 双吸泵', '离心泵', 19500, 'P103', '业绩多', '交货慢'],
  ['R02', 'HN-100 磁力泵', '化工泵', 8900, 'P111', '价格低', '密封寿命短'],
  ['R03', 'BF-15 排污泵', '排污泵', 3900, 'P121', '价格低', '尚无业绩'],
];

/** Whom we meet when we sell, and what they sell against ours. */
export async function loadCompetitors(client: GraphClient, ours: Ids): Promise<void> {
  const competitors = await saveByCode(client, { mutation: 'upsertCompetitors', rows });
  await saveAll(client, {
    mutation: 'saveCompetitorProducts',
    rows: products.map(([code, name, category, yuan, rival, strengths, weaknesses]) => ({
      competitorId: idIn(competitors, code),
      name,
      category,
      listPrice: { amount: `${yuan}.00`, currency: 'CNY' },
      rivalOf: [idIn(ours, rival)],
      strengths,
      weaknesses,
    })),
  });
}
