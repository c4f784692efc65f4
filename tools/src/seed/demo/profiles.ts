type Profile = {
  readonly headcount: readonly [male: number, female: number, senior: number, intermediate: number];
  readonly establishedOn: string;
  readonly capital: string;
  readonly funding: string;
  readonly credit: string;
  readonly payment: string;
  readonly standing: string;
  readonly plan: string;
};

const profiles: Readonly<Record<string, Profile>> = {
  C001: {
    headcount: [420, 180, 36, 95],
    establishedOn: '1998-05-18',
    capital: '120000000.00',
    funding: 'SUFFICIENT',
    credit: 'VERY_GOOD',
    payment: 'PROMPT',
    standing: 'LEADING',
    plan: '三年内建成智能装备产业园',
  },
  C002: {
    headcount: [860, 340, 72, 160],
    establishedOn: '2001-09-03',
    capital: '280000000.00',
    funding: 'SUFFICIENT',
    credit: 'GOOD',
    payment: 'PROMPT',
    standing: 'LEADING',
    plan: '扩建二期氟化工装置',
  },
  C003: {
    headcount: [510, 290, 58, 130],
    establishedOn: '1995-03-01',
    capital: '500000000.00',
    funding: 'AVERAGE',
    credit: 'GOOD',
    payment: 'AVERAGE',
    standing: 'LEADING',
    plan: '城北水厂深度处理改造',
  },
  C011: {
    headcount: [1250, 410, 120, 300],
    establishedOn: '1989-11-20',
    capital: '900000000.00',
    funding: 'SUFFICIENT',
    credit: 'VERY_GOOD',
    payment: 'AVERAGE',
    standing: 'LEADING',
    plan: '炼化一体化项目分两期投产',
  },
  C018: {
    headcount: [2100, 760, 210, 480],
    establishedOn: '1970-07-20',
    capital: '1500000000.00',
    funding: 'SUFFICIENT',
    credit: 'VERY_GOOD',
    payment: 'PROMPT',
    standing: 'LEADING',
    plan: '装置节能改造，淘汰高耗能机泵',
  },
  C021: {
    headcount: [640, 110, 25, 70],
    establishedOn: '2004-04-12',
    capital: '80000000.00',
    funding: 'TIGHT',
    credit: 'POOR',
    payment: 'DIFFICULT',
    standing: 'TRAILING',
    plan: '压缩投资，维持现有产能',
  },
};

/** What is known in full, of those that matter most. */
export function profileOf(customerCode: string): object {
  const profile = profiles[customerCode];
  if (!profile) return {};
  const [male, female, seniorTitle, intermediateTitle] = profile.headcount;
  return {
    headcount: { male, female, total: male + female, seniorTitle, intermediateTitle },
    establishedOn: profile.establishedOn,
    legalForm: 'LIMITED_LIABILITY_COMPANY',
    industryStanding: profile.standing,
    developmentPlan: { threeYear: profile.plan },
    finance: {
      registeredCapital: { amount: profile.capital, currency: 'CNY' },
      fundingPosition: profile.funding,
      taxpayerType: 'GENERAL',
      accountingBooks: 'COMPLETE',
      tradeCreditRating: profile.credit,
      paymentBehaviour: profile.payment,
    },
  };
}
