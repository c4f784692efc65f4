import { say } from '../../mesh/say.ts';
import { giveMemory } from '../customers/memory.ts';
import { connectSubgraph } from '../customers/subgraph.ts';
import type { Measurement, Place, Row } from '../measurement.ts';
import { withMesh } from '../with-mesh.ts';
import { measureAfterEvent } from './after-event.ts';
import { customerCount } from './company.ts';
import { measureFigures } from './figures.ts';
import { business, fillBusiness } from './fill.ts';
import { measureReports } from './reports.ts';
import { atRest, measureScores } from './scores.ts';
import { measureSimulation } from './simulation.ts';

/** How reports, scores and pyramids come about in a company of a million customers. */
export const measurement: Measurement = {
  about: `${customerCount} customers with ten million facts: figures, reports, scores, pyramids`,
  run: async ({ home, port }) => {
    const place = { home: business.homeFor(home), port };
    await fill(place);
    return withMesh(place, async (mesh, graph) => {
      await giveMemory(mesh);
      const subgraph = connectSubgraph(mesh, 'analytics');
      const rows: Row[] = [];
      await atRest(subgraph);
      const parts = [
        () => measureScores(subgraph),
        () => measureSimulation(subgraph),
        () => measureAfterEvent(subgraph, graph),
        () => measureReports(subgraph, mesh),
        () => measureFigures(subgraph),
      ];
      for (const measure of parts) {
        const measured = await measure();
        for (const { id, value, unit, ok } of measured)
          say(`  ${ok ? ' ' : '!'} ${id}  ${value} ${unit}`);
        rows.push(...measured);
      }
      await subgraph.close();
      return rows;
    });
  },
};

/** On servers that wait for no disk; what is measured afterwards is written as in a real company. */
async function fill(place: Place): Promise<void> {
  if (business.isFilled(place.home)) return say('  the business of before');
  await withMesh({ ...place, durability: 'relaxed' }, async (mesh) => {
    await giveMemory(mesh);
    await fillBusiness(mesh);
  });
}
