import type { GraphClient } from '../../graph-client.ts';
import { demoSource, idIn, type Ids, saveAll, timeBefore } from './bulk.ts';
import { customerRows } from './customers.ts';

type InteractionRow = readonly [
  customerCode: string,
  kind: string,
  daysAgo: number,
  subject: string,
  outcome?: string,
];

/** Those who are not among them, or long ago, are what the contact alerts are about. */
const rows: readonly InteractionRow[] = [
  ['C001', 'VISIT', 6, '二期项目泵组选型', 'POSITIVE'],
  ['C001', 'CALL', 20, '确认交货时间'],
  ['C001', 'MEAL', 48, '年度合作交流', 'POSITIVE'],
  ['C002', 'MEETING', 30, '衬氟泵技术交流', 'POSITIVE'],
  ['C002', 'CALL', 44, '报价跟进', 'NEUTRAL'],
  ['C003', 'VISIT', 22, '水厂改造现场勘查', 'POSITIVE'],
  ['C004', 'EMAIL', 75, '发送双吸泵资料', 'NEUTRAL'],
  ['C005', 'CALL', 41, '催办回款', 'NEUTRAL'],
  ['C006', 'CALL', 18, '售后回访', 'POSITIVE'],
  ['C007', 'VISIT', 90, '工地巡检', 'NEUTRAL'],
  ['C009', 'MEETING', 15, '季度返利沟通', 'POSITIVE'],
  ['C010', 'CALL', 26, '首次电话沟通', 'NEUTRAL'],
  ['C011', 'VISIT', 10, '炼化项目投标答疑', 'POSITIVE'],
  ['C011', 'MEAL', 35, '客户答谢', 'POSITIVE'],
  ['C012', 'MESSAGE', 16, '发送产品样本'],
  ['C013', 'CALL', 120, '询问停产原因', 'NEGATIVE'],
  ['C014', 'VISIT', 52, '备件需求沟通', 'NEUTRAL'],
  ['C016', 'CALL', 33, '灌溉项目了解', 'NEUTRAL'],
  ['C018', 'VISIT', 9, '节能改造方案汇报', 'POSITIVE'],
  ['C018', 'CALL', 24, '合同条款确认', 'POSITIVE'],
  ['C019', 'MEETING', 27, '排污泵运行评估', 'POSITIVE'],
  ['C020', 'CALL', 38, '新厂房立项信息', 'POSITIVE'],
  ['C021', 'CALL', 60, '催收货款', 'NEGATIVE'],
  ['C022', 'EVENT', 45, '行业展会交流', 'POSITIVE'],
  ['C023', 'EMAIL', 140, '报价', 'NOT_REACHED'],
  ['C025', 'VISIT', 19, '变频柜验收', 'POSITIVE'],
];

type Known = { readonly customers: Ids; readonly people: Ids; readonly staff: Ids };

export async function loadInteractions(client: GraphClient, known: Known): Promise<void> {
  await saveAll(client, {
    mutation: 'logInteractions',
    rows: rows.map((row, at) => toInteraction(row, at, known)),
  });
}

function toInteraction(
  [customerCode, kind, daysAgo, subject, outcome]: InteractionRow,
  at: number,
  { customers, people, staff }: Known,
): object {
  const owner = customerRows.find(([code]) => code === customerCode)?.[8] ?? '';
  return {
    customerId: idIn(customers, customerCode),
    participantIds: [idIn(people, `${customerCode}-1`)],
    staffIds: [idIn(staff, owner)],
    kind,
    occurredAt: timeBefore(daysAgo, 9 + (at % 8)),
    durationMinutes: kind === 'CALL' ? 15 : 60,
    subject,
    ...(outcome && { outcome }),
    source: demoSource,
    externalRef: `IN-${at + 1}`,
  };
}
