import type { Random, Weighted } from './random.ts';

export type Language = 'en' | 'zh';

export type PersonName = { readonly name: string; readonly gender: 'FEMALE' | 'MALE' };

/** Surnames by how common they are. */
const surnames: Weighted<string> = [
  ['王', 72],
  ['李', 71],
  ['张', 68],
  ['刘', 54],
  ['陈', 45],
  ['杨', 31],
  ['黄', 22],
  ['赵', 21],
  ['吴', 20],
  ['周', 20],
  ['徐', 14],
  ['孙', 15],
  ['马', 13],
  ['朱', 12],
  ['胡', 12],
  ['郭', 11],
  ['何', 11],
  ['林', 11],
  ['高', 10],
  ['罗', 9],
  ['郑', 9],
  ['梁', 8],
  ['谢', 7],
  ['宋', 7],
  ['唐', 6],
  ['许', 6],
  ['邓', 6],
  ['冯', 6],
  ['曹', 5],
  ['彭', 5],
  ['欧阳', 1],
  ['司马', 1],
];

const givenMale = Array.from('伟强磊军勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林晨');
const givenFemale = Array.from('芳娜敏静丽艳秀英霞燕玲婷雪倩颖琳欣悦萍红玉兰梅洁莉蕾薇雯佳莹');
const westernMale = 'James Oliver Lukas Pierre Marco Henrik Daniel Thomas Anton Peter'.split(' ');
const westernFemale = 'Emma Sophie Anna Claire Giulia Ingrid Laura Hannah Julia Marie'.split(' ');
const westernSurnames =
  'Müller Schmidt Smith Johnson Dubois Rossi Andersson Novák Brown García Jansen Kowalski'.split(
    ' ',
  );

export function personName(random: Random, language: Language): PersonName {
  const gender = random.weighted([
    ['MALE', 62],
    ['FEMALE', 38],
  ] as const);
  if (language === 'en') {
    const first = random.one(gender === 'MALE' ? westernMale : westernFemale);
    return { name: `${first} ${random.one(westernSurnames)}`, gender };
  }
  const letters = gender === 'MALE' ? givenMale : givenFemale;
  const second = random.chance(0.75) ? random.one(letters) : '';
  return { name: `${random.weighted(surnames)}${random.one(letters)}${second}`, gender };
}

/** Beginnings of company names, which any trade may have. */
const brandFirst = Array.from('恒华中金新东海天瑞盛宏鼎博泰安信远达创联科德嘉万隆兴永诚和顺启元翔');
const brandSecond = Array.from('泰达远通盛源丰瑞利和润辉凯腾洋峰邦诺康宇格森来美祥捷锐晟航拓维');
const brandThird = ['', '', '', ...Array.from('斯克特林欣亚')];

export type Trade = {
  /** Of the vocabulary `industry`. */
  readonly industry: string;
  readonly zh: readonly string[];
  readonly en: readonly string[];
  readonly category: string;
};

/** What companies do, by how many do it among the customers of a maker of drives. */
export const trades: Weighted<Trade> = [
  [trade('C', '机械 精密机械 自动化设备 重工 模具 电机', 'Machinery Engineering Automation'), 40],
  [trade('C', '食品机械 包装机械 纺织机械 印刷设备', 'Packaging Textiles Printing'), 14],
  [trade('C', '汽车零部件 电子 新材料 化工', 'Automotive Electronics Materials'), 12],
  [trade('F WHOLESALER', '贸易 机电设备 五金 供应链', 'Trading Supply Distribution'), 14],
  [trade('G SERVICE', '物流 仓储 港务', 'Logistics Ports Warehousing'), 5],
  [trade('B', '矿业 煤业', 'Mining Minerals'), 3],
  [trade('D PUBLIC', '电力 新能源 水务', 'Energy Power Water'), 4],
  [trade('E SERVICE', '建设工程 安装工程', 'Construction Installations'), 4],
  [trade('I SERVICE', '信息技术 智能科技', 'Software Systems'), 3],
  [trade('M PUBLIC', '设计研究院 工程技术', 'Research Consulting'), 2],
  [trade('A', '农业科技 牧业', 'Farming Agritech'), 2],
  [trade('O RETAILER', '设备维修', 'Services Maintenance'), 2],
];

function trade(kind: string, zh: string, en: string): Trade {
  const [industry = '', category = 'MANUFACTURER'] = kind.split(' ');
  return { industry, category, zh: zh.split(' '), en: en.split(' ') };
}

const legalForms = {
  zh: [
    ['LIMITED_LIABILITY_COMPANY', 62, '有限责任公司'],
    ['LIMITED_COMPANY', 22, '有限公司'],
    ['JOINT_STOCK_COMPANY', 8, '股份有限公司'],
    ['SOLE_PROPRIETORSHIP', 5, '经营部'],
    ['JOINT_VENTURE', 3, '（中外合资）有限公司'],
  ],
  en: [
    ['LIMITED_COMPANY', 60, 'Ltd'],
    ['LIMITED_LIABILITY_COMPANY', 25, 'GmbH'],
    ['JOINT_STOCK_COMPANY', 15, 'Corp.'],
  ],
} as const;

export type CompanyName = {
  readonly name: string;
  readonly shortName: string;
  readonly legalForm: string;
};

/** As the register writes it: place, brand, trade, legal form. */
export function companyName(
  random: Random,
  { language, city, trade: does }: { language: Language; city: string; trade: Trade },
): CompanyName {
  const forms = legalForms[language].map((form) => [form, form[1]] as const);
  const [legalForm, , ending] = random.weighted(forms);
  if (language === 'en') {
    const brand = `${random.one(westernSurnames)} ${random.one(does.en)}`;
    return { name: `${brand} ${ending}`, shortName: brand, legalForm };
  }
  const brand = `${random.one(brandFirst)}${random.one(brandSecond)}${random.one(brandThird)}`;
  const what = random.one(does.zh);
  return {
    name: `${city.replace(/市$/, '')}${brand}${what}${ending}`,
    shortName: `${brand}${what}`,
    legalForm,
  };
}
