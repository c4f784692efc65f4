import { atMost, shown, type Row } from '../measurement.ts';
import type { Subgraph } from './subgraph.ts';

const search = `query ($text: String!) { searchCustomers(text: $text, first: 20) { id code name } }`;

/** From a name that one customer has to a word that fifty thousand have. */
const texts: Readonly<Record<string, string>> = {
  'one character': '恒',
  'two characters': '恒泰',
  'three characters': '恒泰金',
  'four characters': '恒泰金新',
  'place and trade': '苏州化工',
  'place, brand, trade': '苏州 恒泰 化工',
  'a trade': '机械',
  'a place': '上海',
  code: 'S1-471108',
  'a name': '上海恒泰金新机械有限公司',
  nothing: 'xyzzy',
};

const boundMs = 50;

export async function measureSearch(subgraph: Subgraph): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, text] of Object.entries(texts)) {
    const ms = await subgraph.median({ query: search, variables: { text } });
    rows.push(atMost(boundMs, { id: `customers.search.${name}`, value: ms, unit: 'ms' }));
  }
  const rep = await subgraph.ask({
    query: `query { customers(where: { name: { contains: "不存在" } }, first: 50) { nodes { id } } }`,
    forMs: 300,
  });
  rows.push(
    shown({
      id: 'customers.search.contains, given 300 ms',
      value: rep.ms,
      unit: `ms, ${rep.code}`,
    }),
  );
  return rows;
}
