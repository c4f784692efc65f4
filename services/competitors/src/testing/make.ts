import type { TestSubgraph } from '@crm/kit/testing/execute';
import { z } from 'zod';

type Viewing = Parameters<TestSubgraph['execute']>[2];

export type Calls = {
  /** Runs a mutation that takes `input` and gives the id of what it made. */
  readonly made: (mutation: string, input: object, viewing?: Viewing) => Promise<string>;
  /** The code of the error that a mutation ends with, and the fields that it names. */
  readonly refusal: (
    mutation: string,
    input: object,
    viewing?: Viewing,
  ) => Promise<readonly string[]>;
};

const madeSchema = z.object({ made: z.object({ id: z.string() }) });
const errorsSchema = z.array(
  z.object({
    extensions: z.object({
      code: z.string(),
      fields: z.array(z.object({ path: z.string() })).default([]),
    }),
  }),
);

/** Mutations by their names. */
export const callsOf = (execute: TestSubgraph['execute']): Calls => ({
  made: async (mutation, input, viewing) => {
    const { data, errors } = await execute(textOf(mutation), { input }, viewing);
    if (errors) throw new Error(JSON.stringify(errors));
    return madeSchema.parse(data).made.id;
  },
  refusal: async (mutation, input, viewing) => {
    const { errors } = await execute(textOf(mutation), { input }, viewing);
    if (!errors) return ['NONE'];
    const [error] = errorsSchema.parse(errors);
    return [
      error?.extensions.code ?? '',
      ...(error?.extensions.fields ?? []).map(({ path }) => path),
    ];
  },
});

const textOf = (mutation: string): string => {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  return `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`;
};
