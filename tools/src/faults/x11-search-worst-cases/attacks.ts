/** A question that looks harmless and is dear. */
export type Attack = {
  readonly what: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
};

const list = `query ($where: CustomerWhere) { customers(where: $where, first: 50) { nodes { id } } }`;
const count = `query ($where: CustomerWhere) { customers(where: $where, first: 1) { totalCount } }`;
const search = `query ($text: String!) { searchCustomers(text: $text, first: 100) { id } }`;
const group = `query ($where: CustomerWhere) { customerAggregate(where: $where,
  groupBy: [{ field: "name" }], measures: [{ fn: COUNT }], first: 1000) { rows { values { value } } } }`;

const listed = (what: string, where: object, query = list): Attack => ({
  what,
  query,
  variables: { where },
});
const searched = (what: string, text: string): Attack => ({
  what,
  query: search,
  variables: { text },
});

/** Texts that nobody has, each looked for in every name. */
const texts = (howMany: number): object[] =>
  Array.from({ length: howMany }, (_, at) => ({ name: { contains: `无${at}` } }));

const trades = '机械 电子 化工 贸易 五金 物流 仓储 电力 水务 重工';

export const attacks: readonly Attack[] = [
  listed('a part of a name that nobody has', { name: { contains: '不存在' } }),
  listed('wild cards', { name: { contains: '%_'.repeat(100) } }),
  listed('one character again and again', { name: { contains: '恒'.repeat(100) } }),
  listed('a text in every field', {
    any: ['name', 'shortName', 'email', 'website', 'phone', 'source'].map((field) => ({
      [field]: { contains: '不存在' },
    })),
  }),
  listed('as many texts as there may be', { any: texts(100) }),
  listed('more', { any: texts(101) }),
  listed('as many texts that are not there', { all: texts(100).map((not) => ({ not })) }, count),
  listed('a list that nobody has', { tags: { hasAny: ['不存在'] } }),
  listed('names of which each is a group', { name: { contains: '械' } }, group),
  searched('a word that very many have', '机械'),
  searched('ten words that very many have', trades),
  searched('words that never stand together', '上海 北京 广州 深圳 苏州 杭州 南京 武汉 天津 青岛'),
  searched('two words as one', '上海机械'),
  searched('one character again and again', '机'.repeat(200)),
  searched('two characters again and again', '机械'.repeat(100)),
  searched('operators of full text', `+机械 -(>上海 <北京)* ~"电子 @5`),
  searched('wild cards', '%'.repeat(200)),
  searched('what nearly all codes have', 'S1'),
  searched('letters that nobody has', 'zq'.repeat(100)),
];
