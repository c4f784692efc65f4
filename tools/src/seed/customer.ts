import { companyName, personName, trades, type Trade } from './names.ts';
import { addressAt, digits, phoneAt, placeOf, type Place } from './places.ts';
import { daysBefore, randomOf, type Random, type Weighted } from './random.ts';
import { creditCode } from './registration-number.ts';

/** As many fit into the eight digits of an organisation code beside one for the seed. */
export const customersMax = 10_000_000;
export const seedMax = 9;

/** How large a customer is to us, from which everything else about it follows. */
type Size = {
  readonly level: string;
  /** How many of each it has on average. */
  readonly orders: number;
  readonly people: number;
  readonly interactions: number;
  /** How many people it employs, from and to. */
  readonly headcount: readonly [number, number];
  /** How likely each of the blocks that take work to find out is filled. */
  readonly known: number;
};

/** One in two hundred customers is strategic; it and the key ones place half of all orders. */
const sizes: Weighted<Size> = [
  [
    {
      level: 'STRATEGIC',
      orders: 40,
      people: 4,
      interactions: 20,
      headcount: [2000, 60_000],
      known: 0.9,
    },
    0.5,
  ],
  [
    { level: 'KEY', orders: 6, people: 2, interactions: 4, headcount: [300, 3000], known: 0.6 },
    4.5,
  ],
  [
    {
      level: 'REGULAR',
      orders: 0.8,
      people: 1.1,
      interactions: 0.9,
      headcount: [30, 500],
      known: 0.2,
    },
    35,
  ],
  [
    { level: 'SMALL', orders: 0.2, people: 1, interactions: 0.3, headcount: [1, 60], known: 0.05 },
    60,
  ],
];

/** What is generated of a customer. `input` is its row; the rest is for what belongs to it. */
export type Customer = {
  readonly number: number;
  readonly size: Size;
  readonly place: Place;
  readonly name: string;
  /** Since when we know it. */
  readonly knownSince: string;
  /** Trades with us, or has. */
  readonly hasTraded: boolean;
  readonly input: object;
};

export type Plan = {
  readonly seed: number;
  /** The last day of the company's history: `2026-11-20`. */
  readonly until: string;
  /** Ids of the staff who look after customers. */
  readonly owners: readonly string[];
};

export function makeCustomer(plan: Plan, number: number): Customer {
  const random = randomOf(plan.seed, 'customer', number);
  const size = random.weighted(sizes);
  const place = placeOf(random);
  const trade = random.weighted(trades);
  const isIndividual = size.level === 'SMALL' && random.chance(0.06);
  const known = { random, size, place, trade, isIndividual };
  const stage = stageOf(random, size);
  const knownSince = daysBefore(plan.until, random.whole(1, 8 * 365));
  const identity = isIndividual ? individual(known) : organisation(known, numberIn(plan, number));
  return {
    number,
    size,
    place,
    name: identity.name,
    knownSince,
    hasTraded: stage === 'TRADING' || stage === 'DORMANT',
    input: {
      code: `S${plan.seed}-${number}`,
      ...identity,
      ...standing(known, stage),
      ...(random.chance(size.known) && !isIndividual && { finance: finance(random, size) }),
      ...(plan.owners.length > 0 && random.chance(0.93) && { ownerId: random.one(plan.owners) }),
    },
  };
}

/** No two customers have the same, of other seeds neither. */
const numberIn = ({ seed }: Plan, number: number): number => seed * customersMax + number;

type Known = {
  readonly random: Random;
  readonly size: Size;
  readonly place: Place;
  readonly trade: Trade;
};

/** Fields of an input, the name among them. */
type Named = { readonly name: string; readonly [field: string]: unknown };

const individual = ({ random, place }: Known): Named => ({
  kind: 'INDIVIDUAL',
  name: personName(random, place.language).name,
  phone: `139${digits(random, 8)}`,
  address: addressAt(random, place),
});

function organisation(known: Known, number: number): Named {
  const { random, size, place, trade } = known;
  const named = companyName(random, { ...place, trade });
  const domain = `s${number}.example`;
  return {
    ...named,
    kind: 'ORGANIZATION',
    industry: trade.industry,
    categories: [trade.category],
    address: addressAt(random, place),
    phone: phoneAt(random, place),
    ...(random.chance(0.4) && { fax: phoneAt(random, place) }),
    ...(random.chance(0.5) && { website: `https://www.${domain}` }),
    ...(random.chance(0.7) && { email: `info@${domain}` }),
    ...(random.chance(0.03) && { formerNames: [`${named.shortName}厂`] }),
    ...registration(known, number),
    ...headcount(known),
    ...(random.chance(size.known) && { developmentPlan: developmentPlan(random) }),
    ...(random.chance(size.known) && { qualifications: [qualification(random)] }),
    establishedOn: daysBefore('2024-12-31', random.whole(0, 30 * 365)),
  };
}

/** Nine of ten Chinese companies have a credit code, one in fifty a number from before 2015. */
function registration({ random, place }: Known, number: number): object {
  if (place.language !== 'zh') return {};
  const kind = random.weighted([
    ['new', 90],
    ['old', 2],
    ['unknown', 8],
  ] as const);
  if (kind === 'unknown') return {};
  const numbered = String(number).padStart(9, '0');
  return {
    registrationNumber:
      kind === 'new' ? creditCode(place.division, number) : `${place.division}${numbered}`,
  };
}

function headcount({ random, size }: Known): object {
  if (!random.chance(0.3 + 0.6 * size.known)) return {};
  const total = random.whole(...size.headcount);
  const male = Math.round(total * (0.4 + 0.4 * random.share()));
  const seniorTitle = Math.floor(total * 0.06 * random.share());
  const intermediateTitle = Math.floor(total * 0.15 * random.share());
  return { headcount: { total, male, female: total - male, seniorTitle, intermediateTitle } };
}

const developmentPlan = (random: Random): object => ({
  currentStrategy: random.one(['稳固华东，开拓华南', '以质量取胜，控制成本', '扩大出口']),
  oneYear: random.one(['新增一条生产线', '更换老旧设备', '销售增长一成']),
  threeYear: random.one(['建成智能工厂', '进入新能源行业', '在海外设厂']),
});

const qualification = (random: Random): object => ({
  name: random.one(['ISO 9001 质量管理体系认证', '高新技术企业', '安全生产标准化']),
  grade: random.one(['一级', '二级', '三级']),
  number: digits(random, 12),
  validUntil: daysBefore('2029-12-31', random.whole(0, 1400)),
});

function stageOf(random: Random, { level }: Size): string {
  if (level === 'STRATEGIC') return 'TRADING';
  const traded = level === 'SMALL' ? 30 : 60;
  return random.weighted([
    ['TRADING', traded],
    ['DORMANT', traded / 4],
    ['POTENTIAL', 90 - traded],
    ['NO_NEED', 4],
  ]);
}

/** How it stands in its market and with us. */
function standing({ random, size }: Known, stage: string): object {
  const designations: Readonly<Record<string, string>> = { STRATEGIC: 'STRATEGIC', KEY: 'KEY' };
  const designation = designations[size.level] ?? (random.chance(0.05) ? 'GROWTH' : undefined);
  return {
    level: size.level,
    lifecycleStage: stage,
    designation,
    channelRole: random.chance(0.22) ? 'DISTRIBUTOR' : 'END_USER',
    source: random.weighted([
      ['展会', 30],
      ['转介绍', 25],
      ['官网', 20],
      ['电话开发', 20],
      ['招标', 5],
    ]),
    salesContractStatus: stage === 'TRADING' ? 'SIGNED' : random.one(['NOT_SIGNED', 'SIGNING']),
    ...(random.chance(0.6) && {
      industryStanding: standingOf(random, size),
      peerReputation: rating(random),
    }),
    ...(random.chance(0.25) && {
      tags: [random.one(['价格敏感', '老客户', '急单多', '出口型', '国企'])],
    }),
  };
}

const standingOf = (random: Random, { known }: Size): string =>
  random.weighted([
    ['LEADING', 10 + 80 * known],
    ['MIDDLE', 60],
    ['TRAILING', 25],
  ]);

const rating = (random: Random): string =>
  random.weighted([
    ['VERY_GOOD', 12],
    ['GOOD', 45],
    ['FAIR', 33],
    ['POOR', 8],
    ['VERY_POOR', 2],
  ]);

function finance(random: Random, { headcount: [from] }: Size): object {
  const capital = Math.max(10, from) * random.whole(1, 8) * 10_000;
  return {
    bankAccounts: [
      {
        bank: random.one(['中国工商银行', '中国建设银行', '招商银行', '中国银行', '中国农业银行']),
        accountNumber: `6222${digits(random, 15)}`,
      },
    ],
    bankCreditRating: rating(random),
    tradeCreditRating: rating(random),
    registeredCapital: { amount: `${capital}.00`, currency: 'CNY' },
    paidInCapital: { amount: `${Math.floor(capital * random.share())}.00`, currency: 'CNY' },
    fundingPosition: random.one(['SUFFICIENT', 'AVERAGE', 'AVERAGE', 'INSUFFICIENT', 'TIGHT']),
    taxpayerType: random.chance(0.8) ? 'GENERAL' : 'ORDINARY',
    accountingBooks: random.chance(0.85) ? 'COMPLETE' : 'INCOMPLETE',
    paymentBehaviour: random.weighted([
      ['PROMPT', 35],
      ['AVERAGE', 40],
      ['SLOW', 18],
      ['DIFFICULT', 5],
      ['HABITUAL_DEFAULT', 2],
    ]),
  };
}
