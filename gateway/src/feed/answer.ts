import { maskError } from '@crm/kit/server/mask-errors';
import { graphql } from 'graphql';
import { z } from 'zod';
import type { Graph } from '../graph/graph.ts';
import { readAnswer, type SubgraphAnswer } from '../subgraphs/answer.ts';
import type { SubgraphCall } from '../subgraphs/client.ts';
import type { PageArguments } from './page.ts';

const bodySchema = z.object({
  query: z.string(),
  operationName: z.string().optional(),
  variables: z.record(z.string(), z.unknown()).optional(),
});

/** Answers a call to the subgraph `events` in this process, as a service would over HTTP. */
export async function answerEvents(
  { eventsSchema: schema }: Graph,
  { body }: SubgraphCall,
  changeFeed: (args: PageArguments) => Promise<object>,
): Promise<SubgraphAnswer> {
  if (!schema) throw new Error('The supergraph has no subgraph for events');
  const { query, operationName, variables } = bodySchema.parse(JSON.parse(body));
  const { data, errors } = await graphql({
    schema,
    source: query,
    rootValue: { changeFeed },
    ...(operationName !== undefined && { operationName }),
    ...(variables && { variableValues: variables }),
  });
  const masked = errors?.map((error) => maskError(error.toJSON(), error));
  return readAnswer(JSON.stringify({ data, ...(masked && { errors: masked }) }));
}
