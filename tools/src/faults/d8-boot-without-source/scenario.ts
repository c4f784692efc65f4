import { closeCluster, openCluster } from '@crm/kit/data-source/open-cluster';
import { openDataSource } from '../clients/ours.ts';
import { readRow } from '../clients/tables.ts';
import { startLab } from '../lab.ts';
import { seconds, type Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  id: 'D8',
  title: 'an application starts while the source is down',
  isFast: true,
  onPair: async () => {
    const lab = await startLab();
    try {
      await lab.a.process().kill();
      const startedAt = performance.now();
      const account = { user: 'keeper', password: 'keeper' };
      const cluster = openCluster({ nodes: lab.nodes, ...account }, () => undefined);
      const db = await openDataSource(cluster);
      await readRow(db, 1);
      const tookMs = performance.now() - startedAt;
      await db.destroy();
      closeCluster(cluster);
      return [seconds('until the first row was read', tookMs, 1)];
    } finally {
      await lab.destroy();
    }
  },
};
