import { say } from '../../mesh/say.ts';
import type { Measurement, Row } from '../measurement.ts';
import { withMesh } from '../with-mesh.ts';
import { prepareFields } from './fields.ts';
import { customerCount, fillCompany, keptHome, untilStandbyRests } from './fill.ts';
import { measureDuplicates } from './duplicates.ts';
import { measureFields } from './custom-fields.ts';
import { giveMemory } from './memory.ts';
import { measureFigures } from './figures.ts';
import { measurePages } from './pages.ts';
import { measureSearch } from './search.ts';
import { connectSubgraph } from './subgraph.ts';

/** What front ends and tools ask of a company of a million customers, at the subgraph. */
export const measurement: Measurement = {
  about: `${customerCount} customers: pages, custom fields, search, figures, duplicates`,
  run: ({ home, port }) =>
    withMesh({ home: keptHome(home), port }, async (mesh, graph) => {
      await giveMemory(mesh);
      await fillCompany(mesh);
      await prepareFields(mesh, graph);
      await untilStandbyRests(mesh);
      const subgraph = connectSubgraph(mesh);
      const rows: Row[] = [];
      for (const measure of [
        measureFields,
        measureSearch,
        measureFigures,
        measurePages,
        measureDuplicates,
      ]) {
        const measured = await measure(subgraph, mesh);
        for (const { id, value, unit, ok } of measured)
          say(`  ${ok ? ' ' : '!'} ${id}  ${value} ${unit}`);
        rows.push(...measured);
      }
      await subgraph.close();
      return rows;
    }),
};
