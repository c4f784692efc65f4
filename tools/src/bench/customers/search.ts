import type { Mesh } from '../../mesh/mesh.ts';
import { atMost, shown, type Row } from '../measurement.ts';
import { viewersOf } from './pages.ts';
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

/** For those who see all, and for one who sees one in twenty. */
export async function measureSearch(subgraph: Subgraph, mesh: Mesh): Promise<Row[]> {
  const rows: Row[] = [];
  const { admin = {}, rep = {} } = await viewersOf(mesh);
  for (const [who, viewer] of Object.entries({ admin, rep })) {
    for (const [name, text] of Object.entries(texts)) {
      const ms = await subgraph.median({ query: search, variables: { text }, viewer });
      rows.push(atMost(boundMs, { id: `customers.search.${who}.${name}`, value: ms, unit: 'ms' }));
    }
  }
  const ended = await subgraph.ask({
    query: `query { customers(where: { name: { contains: "不存在" } }, first: 50) { nodes { id } } }`,
    forMs: 300,
  });
  rows.push(
    shown({
      id: 'customers.search.contains, given 300 ms',
      value: ended.ms,
      unit: `ms, ${ended.code}`,
    }),
  );
  return rows;
}
