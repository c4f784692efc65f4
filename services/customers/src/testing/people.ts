import { newId } from '@crm/kit/id';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { expect } from '@jest/globals';
import { z } from 'zod';
import type { TestCustomers } from './customers.ts';

type Input = Readonly<Record<string, unknown>>;

const idSchema = z.object({ made: z.object({ id: z.string() }) });

/** Runs a mutation that must succeed, and gives the id of what it made. */
export async function make(
  customers: TestCustomers,
  mutation: string,
  {
    type,
    input,
    as = {},
  }: { readonly type: string; readonly input: Input; readonly as?: TestRequest },
): Promise<string> {
  const { data, errors } = await customers.execute(
    `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`,
    { input },
    as,
  );
  expect(errors).toBeUndefined();
  return idSchema.parse(data).made.id;
}

export const createCustomer = (
  customers: TestCustomers,
  input: Input = {},
  as: TestRequest = {},
): Promise<string> =>
  make(customers, 'createCustomer', {
    type: 'CreateCustomerInput',
    input: { name: `Customer ${newId()}`, ...input },
    as,
  });

export const codeOf = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['code'];

/** Somebody of a team, and how they ask. */
export type Person = { readonly id: string; readonly teamId: string; readonly as: TestRequest };

const foundSchema = z.object({
  staff: z.object({
    nodes: z.array(z.object({ id: z.string(), team: z.object({ id: z.string() }) })),
  }),
});

/** A new member of staff in a team of its own. */
export async function hire(
  customers: TestCustomers,
  role: 'manager' | 'rep' = 'rep',
  teamCode = `T-${newId()}`,
): Promise<Person> {
  const code = `S-${newId()}`;
  const { errors } = await customers.execute(
    `mutation ($team: String!, $code: String!) {
      upsertTeams(input: { rows: [{ code: $team, name: $team }] }) { created }
      upsertStaff(input: { rows: [{ code: $code, name: $code, teamCode: $team }] }) { created }
    }`,
    { team: teamCode, code },
  );
  expect(errors).toBeUndefined();
  const { data } = await customers.execute(
    'query ($code: String!) { staff(where: { code: { eq: $code } }) { nodes { id team { id } } } }',
    { code },
  );
  const [member] = foundSchema.parse(data).staff.nodes;
  if (!member) throw new Error('Nobody was hired');
  const viewer = { subject: code, roles: [role], staffId: member.id, teamIds: [member.team.id] };
  return { id: member.id, teamId: member.team.id, as: { viewer } };
}
