import type { Customer, Plan } from './customer.ts';
import { personName } from './names.ts';
import { digits, phoneAt, type Place } from './places.ts';
import { daysBefore, randomOf, type Random } from './random.ts';

const departments = '采购部 生产部 技术部 财务部 总经办 设备部'.split(' ');
const jobTitles = '经理 主管 工程师 采购员 总工程师 厂长'.split(' ');

/** The people of a customer: who is in charge, who stands in the register, who else decides. */
export function makePeople(plan: Plan, customer: Customer, customerId: string): object[] {
  const random = randomOf(plan.seed, 'people', customer.number);
  const others = random.count(customer.size.people - 1);
  return Array.from({ length: 1 + others }, (_, at) =>
    makePerson({ plan, random, customer }, customerId, at),
  );
}

type Making = { readonly plan: Plan; readonly random: Random; readonly customer: Customer };

function makePerson({ plan, random, customer }: Making, customerId: string, at: number): object {
  const { place, number } = customer;
  return {
    code: `S${plan.seed}-${number}-${at + 1}`,
    source: 'SEED',
    ...personName(random, place.language),
    ...(random.chance(0.35) && { birthday: birthday(random) }),
    ...(place.language === 'zh' && random.chance(0.3) && { nativePlace: place.province }),
    ...(place.language === 'zh' && random.chance(0.2) && { ethnicity: ethnicity(random) }),
    contactPoints: contactPoints(random, place, `p${at + 1}@s${number}.example`),
    affiliation: {
      customerId,
      ...rolesOf(random, at),
      isPrimary: true,
      influence: random.whole(at === 0 ? 60 : 10, at === 0 ? 100 : 80),
      businessFamiliarity: random.one(['FAMILIAR', 'AVERAGE', 'AVERAGE', 'UNFAMILIAR']),
      validFrom: daysBefore(customer.knownSince, random.whole(0, 1500)),
    },
  };
}

/** The first is in charge and mostly the legal representative too, the second else; then key people. */
function rolesOf(random: Random, at: number): object {
  if (at === 0) {
    const isBoth = random.chance(0.6);
    const roles = isBoth ? ['PRINCIPAL', 'LEGAL_REPRESENTATIVE'] : ['PRINCIPAL'];
    return { roles, jobTitle: isBoth ? '董事长' : '总经理', department: '总经办' };
  }
  const place = { department: random.one(departments), jobTitle: random.one(jobTitles) };
  return at <= 4
    ? { ...place, roles: ['KEY_PERSON'], sequence: at }
    : { ...place, roles: ['CONTACT'] };
}

/** Some families keep birthdays by the lunar calendar. */
const birthday = (random: Random): object => ({
  calendar: random.chance(0.12) ? 'CHINESE_LUNAR' : 'GREGORIAN',
  year: random.whole(1955, 2000),
  month: random.whole(1, 12),
  day: random.whole(1, 28),
});

const ethnicity = (random: Random): string =>
  random.weighted([
    ['汉族', 91],
    ['回族', 3],
    ['满族', 3],
    ['壮族', 3],
  ]);

function contactPoints(random: Random, place: Place, email: string): object[] {
  const mobile = place.language === 'zh' ? `13${digits(random, 9)}` : phoneAt(random, place);
  return [
    { kind: 'MOBILE', value: mobile, isPreferred: true },
    ...(random.chance(0.7) ? [{ kind: 'EMAIL', value: email }] : []),
    ...(random.chance(0.4)
      ? [{ kind: 'IM', value: `wx_${digits(random, 8)}`, label: '微信' }]
      : []),
  ];
}
