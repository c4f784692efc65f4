import type { GraphClient } from '../../graph-client.ts';
import { dateBefore, demoSource, idIn, type Ids, saveByCode } from './bulk.ts';

type PersonRow = readonly [
  customerCode: string,
  name: string,
  gender: 'FEMALE' | 'MALE',
  role: 'CONTACT' | 'KEY_PERSON' | 'LEGAL_REPRESENTATIVE' | 'PRINCIPAL',
  department: string,
  jobTitle: string,
];

const rows: readonly PersonRow[] = [
  ['C001', '王建国', 'MALE', 'PRINCIPAL', '总经办', '总经理'],
  ['C001', '李秀英', 'FEMALE', 'KEY_PERSON', '采购部', '采购总监'],
  ['C001', '赵强', 'MALE', 'KEY_PERSON', '设备部', '设备主任'],
  ['C001', '王德福', 'MALE', 'LEGAL_REPRESENTATIVE', '董事会', '董事长'],
  ['C002', '沈志远', 'MALE', 'PRINCIPAL', '总经办', '总经理'],
  ['C002', '顾晓红', 'FEMALE', 'KEY_PERSON', '采购部', '采购经理'],
  ['C002', '陆明', 'MALE', 'KEY_PERSON', '工程部', '总工程师'],
  ['C003', '方文华', 'FEMALE', 'PRINCIPAL', '总经办', '副总经理'],
  ['C003', '叶青', 'MALE', 'KEY_PERSON', '设备管理部', '部长'],
  ['C004', '胡海波', 'MALE', 'PRINCIPAL', '总经办', '总经理'],
  ['C005', '唐卫东', 'MALE', 'PRINCIPAL', '物资部', '主任'],
  ['C005', '金玲', 'FEMALE', 'KEY_PERSON', '生产技术部', '高级工程师'],
  ['C006', '许倩', 'FEMALE', 'PRINCIPAL', '采购部', '经理'],
  ['C007', '汪洋', 'MALE', 'PRINCIPAL', '工程部', '项目经理'],
  ['C008', '夏雨', 'FEMALE', 'PRINCIPAL', '工程部', '主管'],
  ['C009', '蒋大伟', 'MALE', 'PRINCIPAL', '总经办', '总经理'],
  ['C010', '殷俊', 'MALE', 'PRINCIPAL', '项目部', '经理'],
  ['C011', '梁伟文', 'MALE', 'PRINCIPAL', '物资装备中心', '主任'],
  ['C011', '冯小玲', 'FEMALE', 'KEY_PERSON', '采购部', '采购经理'],
  ['C011', '谭志明', 'MALE', 'KEY_PERSON', '机动部', '高级工程师'],
  ['C012', '郑凯', 'MALE', 'PRINCIPAL', '厂务部', '厂务总监'],
  ['C013', '邓嘉敏', 'FEMALE', 'PRINCIPAL', '采购部', '经理'],
  ['C014', '林海峰', 'MALE', 'PRINCIPAL', '机电部', '经理'],
  ['C015', '韦国强', 'MALE', 'PRINCIPAL', '设备科', '科长'],
  ['C016', '符美', 'FEMALE', 'PRINCIPAL', '总经办', '总经理'],
  ['C017', '曾宏', 'MALE', 'PRINCIPAL', '门市部', '店主'],
  ['C018', '郭振华', 'MALE', 'PRINCIPAL', '机动设备处', '处长'],
  ['C018', '宋丽萍', 'FEMALE', 'KEY_PERSON', '采购部', '副处长'],
  ['C018', '田野', 'MALE', 'KEY_PERSON', '炼油厂', '设备主任'],
  ['C019', '高峰', 'MALE', 'PRINCIPAL', '运营部', '厂长'],
  ['C020', '白雪', 'FEMALE', 'PRINCIPAL', '工程设备部', '经理'],
  ['C020', '贾斌', 'MALE', 'KEY_PERSON', '质量部', '总监'],
  ['C021', '武刚', 'MALE', 'PRINCIPAL', '机电科', '科长'],
  ['C022', '秦岭', 'MALE', 'PRINCIPAL', '给排水所', '所长'],
  ['C023', '于海燕', 'FEMALE', 'PRINCIPAL', '设备部', '经理'],
  ['C024', '包长青', 'MALE', 'PRINCIPAL', '供应科', '科长'],
  ['C025', '史铁军', 'MALE', 'PRINCIPAL', '设备采购部', '部长'],
];

/** Those of one customer in the order of the list: `C001-1` is the first. */
const numbered = rows.map((row, at) => ({
  row,
  code: `${row[0]}-${rows.slice(0, at + 1).filter(([code]) => code === row[0]).length}`,
  at,
}));

export const loadPeople = (client: GraphClient, customers: Ids): Promise<Ids> =>
  saveByCode(client, {
    mutation: 'upsertPeople',
    rows: numbered.map((each) => toPerson(each, customers)),
  });

function toPerson({ row, code, at }: (typeof numbered)[number], customers: Ids) {
  const [customerCode, name, gender, role, department, jobTitle] = row;
  return {
    code,
    name,
    gender,
    source: demoSource,
    birthday: birthdayOf(at),
    contactPoints: [
      { kind: 'MOBILE', value: `1380013${String(8000 + at)}`, isPreferred: true },
      { kind: 'EMAIL', value: `${code.toLowerCase()}@customer.example` },
    ],
    affiliation: {
      customerId: idIn(customers, customerCode),
      roles: [role],
      department,
      jobTitle,
      influence: role === 'CONTACT' ? 30 : 60 + ((at * 7) % 40),
      businessFamiliarity: at % 3 === 0 ? 'FAMILIAR' : 'AVERAGE',
      isPrimary: true,
      validFrom: dateBefore(700 + at * 30),
    },
  };
}

/** Some keep the lunar calendar. */
const birthdayOf = (at: number) => ({
  calendar: at % 4 === 0 ? 'CHINESE_LUNAR' : 'GREGORIAN',
  year: 1966 + ((at * 5) % 28),
  month: 1 + ((at * 7) % 12),
  day: 1 + ((at * 11) % 28),
});
