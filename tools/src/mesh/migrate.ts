import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Household } from './household.ts';
import type { Mesh } from './mesh.ts';
import { repository } from './paths.ts';
import { planMigration } from './plan.ts';
import { step } from './say.ts';
import { services } from './services.ts';

const migrationMsMax = 600_000;

/** Brings every schema up to date before a service starts: its `src/migrate.ts`, run to its end. */
export async function migrate(mesh: Mesh, household: Household): Promise<void> {
  const migrating = services.filter((service) =>
    existsSync(join(repository, `services/${service}/src/migrate.ts`)),
  );
  if (migrating.length === 0) return;
  await step('migrations', () =>
    Promise.all(
      migrating.map((service) => household.run(planMigration(mesh, service), migrationMsMax)),
    ),
  );
}
