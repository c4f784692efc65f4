import { countStatements } from '@crm/kit/testing/statements';
import { z } from 'zod';
import type { TestCustomers } from './customers.ts';

const made = z.record(z.string(), z.object({ id: z.string() }));

/** Runs a mutation that makes one record, and gives its id. */
export async function makeRecord(
  { execute }: TestCustomers,
  mutation: string,
  input: object,
): Promise<string> {
  // Tests name their customers alike.
  const accept = mutation === 'createCustomer' ? ', acceptDuplicates: true' : '';
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const { data, errors } = await execute(
    `mutation ($input: ${type}!) { ${mutation}(input: $input${accept}) { id } }`,
    { input },
  );
  if (errors) throw new Error(`${mutation}: ${JSON.stringify(errors)}`);
  return made.parse(data)[mutation]?.id ?? '';
}

/** How many statements a query takes. */
export const statementsOf = (
  { db, execute }: TestCustomers,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<number> => countStatements(db, () => execute(query, variables));

/** The types and versions of the events of a record, in their order. */
export const eventsOf = async ({ db }: TestCustomers, id: string): Promise<string[]> => {
  const rows: { type: string; version: number }[] = await db.query(
    'SELECT type, version FROM outbox WHERE aggregateId = UUID_TO_BIN(?) ORDER BY version',
    [id],
  );
  return rows.map(({ type, version }) => `${version} ${type}`);
};
