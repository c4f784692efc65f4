import { connectFiller } from '../kept.ts';
import type { Measurement } from '../measurement.ts';
import { withMesh } from '../with-mesh.ts';
import { measureAlerts } from './alerts.ts';
import { customerCount } from './customers.ts';
import { measureMails } from './mails.ts';
import { peopleCount, planCount } from './people.ts';
import { measurePlanner } from './planner.ts';

/** No provider counts what a catcher takes. */
const mailsPerSecond = '1000';

export const measurement: Measurement = {
  about: `care: ${planCount} plans for ${peopleCount} people, 10000 mails, alerts of ${customerCount} customers`,
  run: ({ home, port }) => {
    process.env['MAIL_PER_SECOND'] = mailsPerSecond;
    return withMesh({ home, port, durability: 'relaxed' }, async (mesh, graph) => {
      const connection = await connectFiller(mesh, 'care');
      await connection.query('SET sql_log_bin = 1');
      try {
        return [
          ...(await measureMails(connection, graph)),
          ...(await measurePlanner(connection)),
          ...(await measureAlerts(connection, graph)),
        ];
      } finally {
        await connection.end();
      }
    });
  },
};
