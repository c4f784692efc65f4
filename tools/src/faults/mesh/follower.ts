import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { mintToken } from '../../mesh/mint.ts';
import type { MeshStage } from './stage.ts';

const frameSchema = z.object({
  changes: z.object({
    kind: z.string(),
    cursor: z.string(),
    eventId: z.string(),
    entityId: z.string().nullable(),
    version: z.number().nullable(),
  }),
});

export type Frame = z.infer<typeof frameSchema>['changes'];

/** A partner who follows orders. */
export type Follower = {
  readonly frames: readonly Frame[];
  /** How often it had to come again. */
  readonly reconnects: () => number;
  readonly stop: () => void;
};

const query = `subscription ($after: String) { changes(after: $after, filter: { entities: [SALES_ORDER] }) {
  kind cursor eventId entityId version } }`;
const pauseMs = 250;

/** Follows from `after`, and comes again with its cursor whenever it is sent away. */
export async function startFollower({ mesh }: MeshStage, after: string): Promise<Follower> {
  const token = await mintToken(mesh, { roles: ['admin'] });
  const client = createClient({
    url: `ws://127.0.0.1:${mesh.ports.gateway}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    lazy: true,
  });
  const frames: Frame[] = [];
  const stopping = new AbortController();
  let comings = 0;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      comings += 1;
      const variables = { after: frames.at(-1)?.cursor ?? after };
      try {
        for await (const { data } of client.iterate({ query, variables })) {
          frames.push(frameSchema.parse(data).changes);
        }
      } catch {
        // Sent away: the cursor is all that is needed to go on.
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  void run();
  return {
    frames,
    reconnects: () => comings - 1,
    stop: () => {
      stopping.abort();
      client.terminate();
    },
  };
}
