import { say } from '../../mesh/say.ts';
import { giveMemory } from '../customers/memory.ts';
import { connectSubgraph } from '../customers/subgraph.ts';
import type { Measurement, Row } from '../measurement.ts';
import { withMesh } from '../with-mesh.ts';
import { fillNetwork, keptHome } from './fill.ts';
import { measureBirthdays } from './birthdays.ts';
import { measureCharts } from './charts.ts';
import { peopleCount, relationshipCount } from './network.ts';
import { measurePaths } from './paths.ts';

/** How the graph of people answers in a network of a million, at the subgraph. */
export const measurement: Measurement = {
  about: `${peopleCount} people, ${relationshipCount} relationships: ways between people, neighbours, org charts, birthdays`,
  run: ({ home, port }) =>
    withMesh({ home: keptHome(home), port, durability: 'relaxed' }, async (mesh) => {
      await giveMemory(mesh);
      await fillNetwork(mesh);
      const subgraph = connectSubgraph(mesh, 'contacts');
      const rows: Row[] = [];
      for (const measure of [measurePaths, measureCharts, measureBirthdays]) {
        const measured = await measure(subgraph);
        for (const { id, value, unit, ok } of measured)
          say(`  ${ok ? ' ' : '!'} ${id}  ${value} ${unit}`);
        rows.push(...measured);
      }
      await subgraph.close();
      return rows;
    }),
};
