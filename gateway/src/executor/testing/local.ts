import { AppError } from '@crm/kit/errors';
import { graphql, type GraphQLSchema } from 'graphql';
import { z } from 'zod';
import type { RunRequest } from '../../run.ts';
import { readAnswer } from '../../subgraphs/answer.ts';

const bodySchema = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).optional(),
});

export const readBody = (body: string): z.infer<typeof bodySchema> =>
  bodySchema.parse(JSON.parse(body));

export type LocalRequest = RunRequest & {
  readonly bodies: { readonly service: string; readonly body: string }[];
};

/** Calls subgraphs' schemas in this process, by their text and with their JSON; `down` ones fail. */
export function localRequest(
  schemas: Readonly<Record<string, GraphQLSchema>>,
  down: readonly string[] = [],
): LocalRequest {
  const bodies: LocalRequest['bodies'] = [];
  return {
    bodies,
    onBug: () => {},
    call: async ({ service, body }) => {
      bodies.push({ service, body });
      const schema = schemas[service];
      if (!schema || down.includes(service)) {
        throw new AppError('SERVICE_UNAVAILABLE', 'down', { service });
      }
      const { query, variables } = readBody(body);
      const result = await graphql({ schema, source: query, variableValues: variables });
      return readAnswer(JSON.stringify(result));
    },
  };
}
