import type { GraphClient } from '../../graph-client.ts';
import { type Ids, saveAll, saveByCode } from './bulk.ts';

const teams = [
  { code: 'SALES', name: '销售部' },
  { code: 'SALES-EAST', name: '华东销售部', parentCode: 'SALES' },
  { code: 'SALES-SOUTH', name: '华南销售部', parentCode: 'SALES' },
  { code: 'SALES-NORTH', name: '华北销售部', parentCode: 'SALES' },
  { code: 'CARE', name: '客户服务部' },
];

type StaffRow = readonly [
  code: string,
  name: string,
  jobTitle: string,
  teamCode: string,
  managerCode?: string,
];

const staff: readonly StaffRow[] = [
  ['E001', '陈国栋', '销售总监', 'SALES'],
  ['E011', '林晓燕', '华东区经理', 'SALES-EAST', 'E001'],
  ['E012', '周建华', '客户经理', 'SALES-EAST', 'E011'],
  ['E013', '吴敏', '客户经理', 'SALES-EAST', 'E011'],
  ['E021', '黄志强', '华南区经理', 'SALES-SOUTH', 'E001'],
  ['E022', '何丽', '客户经理', 'SALES-SOUTH', 'E021'],
  ['E031', '马腾飞', '华北区经理', 'SALES-NORTH', 'E001'],
  ['E032', '刘洋', '客户经理', 'SALES-NORTH', 'E031'],
  ['E041', '孙静', '客户服务经理', 'CARE', 'E001'],
  ['E042', '徐蕾', '客户服务专员', 'CARE', 'E041'],
];

type ProductRow = readonly [
  code: string,
  name: string,
  category: string,
  unit: string,
  yuan: number,
];

export const productRows: readonly ProductRow[] = [
  ['P101', 'HJ-50 单级离心泵', '离心泵', '台', 3200],
  ['P102', 'HJ-80 单级离心泵', '离心泵', '台', 5600],
  ['P103', 'HJ-150 双吸离心泵', '离心泵', '台', 18800],
  ['P111', 'HM-100 磁力驱动泵', '化工泵', '台', 9600],
  ['P112', 'HM-200 衬氟化工泵', '化工泵', '台', 14500],
  ['P121', 'HS-15 潜水排污泵', '排污泵', '台', 4300],
  ['P122', 'HS-37 潜水排污泵', '排污泵', '台', 8200],
  ['P201', 'HV-DN50 闸阀', '阀门', '个', 460],
  ['P202', 'HV-DN100 电动蝶阀', '阀门', '个', 1950],
  ['P301', '机械密封套件', '配件', '套', 380],
  ['P302', '智能变频控制柜', '电气', '台', 12600],
  ['P401', '年度维护保养', '服务', '次', 6000],
];

/** Who sells what. */
export async function loadCompany(
  client: GraphClient,
): Promise<{ readonly staff: Ids; readonly products: Ids }> {
  await saveAll(client, { mutation: 'upsertTeams', rows: teams });
  const [staffIds, products] = await Promise.all([
    saveByCode(client, { mutation: 'upsertStaff', rows: staff.map(toStaff) }),
    saveByCode(client, { mutation: 'upsertProducts', rows: productRows.map(toProduct) }),
  ]);
  return { staff: staffIds, products };
}

const toStaff = ([code, name, jobTitle, teamCode, managerCode]: StaffRow) => ({
  code,
  name,
  jobTitle,
  teamCode,
  email: `${code.toLowerCase()}@hengjing.example`,
  ...(managerCode && { managerCode }),
});

const toProduct = ([code, name, category, unit, yuan]: ProductRow) => ({
  code,
  name,
  category,
  unit,
  listPrice: { amount: `${yuan}.00`, currency: 'CNY' },
});
