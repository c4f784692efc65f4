import { personName } from './names.ts';
import { randomOf } from './random.ts';

/** The company that sells: its teams, people and products, and whom it meets in the market. */
export type Company = {
  readonly teams: readonly { readonly code: string }[];
  readonly staff: readonly { readonly code: string }[];
  readonly products: readonly Product[];
  readonly competitors: readonly { readonly code: string }[];
};

export type Product = {
  readonly code: string;
  readonly name: string;
  readonly category: string;
  readonly unit: string;
  readonly listPrice: { readonly amount: string; readonly currency: string };
};

const regions = '华东 华南 华北 华中 西南 东北 海外'.split(' ');
const offices = '一 二 三'.split(' ');

const families: readonly (readonly [category: string, unit: string, from: number])[] = [
  ['齿轮减速机', '台', 3200],
  ['伺服电机', '台', 1850],
  ['变频器', '台', 1400],
  ['联轴器', '件', 90],
  ['直线导轨', '米', 260],
  ['控制器', '套', 5600],
  ['传感器', '只', 120],
  ['备件包', '包', 480],
];
const sizes = [20, 40, 60, 90, 120];

const rivals =
  '汇川传动 东力传动 中大力德 精驱科技 Nordwest Drives Halden Motion 英泰自动化 力源重工';

/** The same for every seed; the more customers there are, the more people look after them. */
export function makeCompany(customers: number): Company {
  const repsPerTeam = Math.min(40, Math.max(2, Math.round(customers / 5000)));
  const teams = makeTeams();
  return {
    teams,
    staff: makeStaff(repsPerTeam),
    products: makeProducts(),
    competitors: makeCompetitors(),
  };
}

const teamCode = (region: number, office?: number): string =>
  `S-T${region + 1}${office === undefined ? '' : `-${office + 1}`}`;

function makeTeams(): (Company['teams'][number] & { name: string; parentCode?: string })[] {
  return [
    { code: 'S-T0', name: '销售总部' },
    ...regions.flatMap((region, at) => [
      { code: teamCode(at), name: `${region}大区`, parentCode: 'S-T0' },
      ...offices.map((office, place) => ({
        code: teamCode(at, place),
        name: `${region}${office}部`,
        parentCode: teamCode(at),
      })),
    ]),
  ];
}

type StaffRow = {
  readonly code: string;
  readonly teamCode: string;
  readonly jobTitle: string;
  readonly managerCode?: string;
};

/** A director, a head of each region, a manager of each team, and those who sell. */
function makeStaff(repsPerTeam: number): StaffRow[] {
  const director = { code: 'S-M0', teamCode: 'S-T0', jobTitle: '销售总监' };
  const below = regions.flatMap((_, region) => [
    {
      code: `S-M${region + 1}`,
      teamCode: teamCode(region),
      jobTitle: '大区经理',
      managerCode: 'S-M0',
    },
    ...offices.flatMap((__, office) => teamStaff({ region, office }, repsPerTeam)),
  ]);
  return [director, ...below].map(named);
}

function teamStaff(
  { region, office }: { region: number; office: number },
  reps: number,
): StaffRow[] {
  const team = teamCode(region, office);
  const manager = `S-M${region + 1}-${office + 1}`;
  return [
    { code: manager, teamCode: team, jobTitle: '销售经理', managerCode: `S-M${region + 1}` },
    ...Array.from({ length: reps }, (_, at) => ({
      code: `S-R${region + 1}-${office + 1}-${at + 1}`,
      teamCode: team,
      jobTitle: '销售代表',
      managerCode: manager,
    })),
  ];
}

const named = (
  row: StaffRow,
  at: number,
): StaffRow & { readonly name: string; readonly email: string; readonly active: boolean } => ({
  ...row,
  name: personName(randomOf(0, 'staff', at), 'zh').name,
  email: `${row.code.toLowerCase()}@guanxi.example`,
  active: at % 29 !== 28,
});

const makeProducts = (): Product[] =>
  families.flatMap(([category, unit, from], family) =>
    sizes.map((size, at) => ({
      code: `S-P${family + 1}-${size}`,
      name: `${category} GX-${family + 1}${size}`,
      category,
      unit,
      listPrice: { amount: (from * (1 + at * 0.6)).toFixed(2), currency: 'CNY' },
    })),
  );

function makeCompetitors(): Company['competitors'] {
  return rivals.split(/ (?!Drives|Motion)/).map((name, at) => {
    const random = randomOf(0, 'competitor', at);
    return {
      code: `S-X${at + 1}`,
      name,
      category: random.weighted([
        ['MAJOR', 3],
        ['GENERAL', 5],
        ['POTENTIAL', 2],
      ]),
      threatLevel: random.one(['HIGH', 'MEDIUM', 'LOW']),
      scale: random.one(['LARGE', 'MEDIUM', 'SMALL']),
      region: random.one(regions),
      employees: random.whole(80, 4000),
      marketShare: (random.share() * 12).toFixed(1),
      flagshipProducts: [random.one(families)[0]],
      swot: { strengths: '价格灵活，交货快', weaknesses: '高端型号不全' },
    };
  });
}
