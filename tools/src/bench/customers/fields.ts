import { z } from 'zod';
import type { GraphClient, Operation } from '../../graph-client.ts';
import type { Mesh } from '../../mesh/mesh.ts';
import { say, seconds } from '../../mesh/say.ts';
import { sleep } from '../../mesh/wait.ts';

const define: Operation<unknown> = {
  document: `mutation ($input: CustomFieldDefinitionInput!) { defineCustomField(input: $input) { key } }`,
  data: z.unknown(),
};

const states: Operation<{
  readonly customFieldDefinitions: readonly { readonly indexState: string }[];
}> = {
  document: `{ customFieldDefinitions(entity: "Customer") { key indexState } }`,
  data: z.object({ customFieldDefinitions: z.array(z.object({ indexState: z.string() })) }),
};

const fields = [
  { key: 'score', type: 'NUMBER', indexed: true },
  { key: 'region', type: 'TEXT', indexed: true },
  { key: 'size', type: 'SELECT', options: ['S', 'M', 'L'], indexed: true },
  { key: 'since', type: 'DATE' },
];

const waitMsMax = 600_000;

/** Defines the custom fields whose values the customers have, and waits for their indexes. */
export async function prepareFields(_: Mesh, graph: GraphClient): Promise<void> {
  const startedAt = performance.now();
  for (const field of fields) {
    await graph.execute(define, {
      input: { entity: 'Customer', labels: { zh: field.key, en: field.key }, ...field },
    });
  }
  for (;;) {
    const { customFieldDefinitions } = await graph.execute(states, {});
    if (customFieldDefinitions.every(({ indexState }) => ['NONE', 'READY'].includes(indexState)))
      break;
    if (performance.now() - startedAt > waitMsMax) throw new Error('The indexes are not ready');
    await sleep(500);
  }
  say(`  indexes of three custom fields (${seconds(performance.now() - startedAt)})`);
}
