import { createGraphClient } from '../graph-client.ts';
import type { DemoTarget } from '../mesh/demo.ts';
import { loadBusiness } from './demo/business.ts';
import { loadCompany } from './demo/company.ts';
import { loadCompetitors } from './demo/competitors.ts';
import { loadCredit } from './demo/credit.ts';
import { loadCustomers } from './demo/customers.ts';
import { loadInteractions } from './demo/interactions.ts';
import { loadPeople } from './demo/people.ts';
import { loadPipeline } from './demo/pipeline.ts';
import { loadRelations } from './demo/relations.ts';

/**
 * Loads 恒景泵业, a maker of pumps and valves that sells all over China. Every record has a number
 * of its own, so that loading it again adds only what is missing. Dates count from today.
 */
export async function loadDemo({ graphqlUrl, token }: DemoTarget): Promise<void> {
  const client = createGraphClient({ url: graphqlUrl, token });
  try {
    const { staff, products } = await loadCompany(client);
    const customers = await loadCustomers(client, staff);
    const people = loadPeople(client, customers);
    await Promise.all([
      people.then((known) => loadInteractions(client, { customers, people: known, staff })),
      loadBusiness(client, { customers, products, staff })
        .then(() => loadPipeline(client, { customers, products }))
        .then(() => loadCredit(client, { customers, products })),
      loadRelations(client, customers),
      loadCompetitors(client, products),
    ]);
  } finally {
    await client.close();
  }
}
