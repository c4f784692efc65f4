import { buildSubgraphSchema } from '@apollo/subgraph';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { describeError } from '../describe-error.ts';
import { answerHealth, type Health } from './health.ts';
import { send, startHttp } from './http.ts';
import { answerMetrics, type ReadMetrics } from './metrics.ts';
import { stopOnSignal } from './shutdown.ts';
import { startAnswering, type AnswerOptions } from './subgraph-answer.ts';

export type SubgraphOptions<Context extends object> = AnswerOptions<Context> &
  Partial<Health> & {
    readonly config: {
      readonly HOST: string;
      readonly PORT: number;
      readonly CONTEXT_KEY: string;
      /** How long a stopping service still takes requests. 1000 when not given. */
      readonly DRAIN_DELAY_MS?: number;
    };
    readonly metrics?: ReadMetrics;
    /** Runs after the last request was answered: closes the database and the bus. */
    readonly onDrain?: () => Promise<void>;
  };

export type RunningSubgraph = {
  readonly port: number;
  readonly url: string;
  /** Does what SIGTERM does, but for ending the process. */
  readonly stop: () => Promise<void>;
};

type Module = Exclude<
  Extract<Parameters<typeof buildSubgraphSchema>[0], readonly unknown[]>[number],
  DocumentNode
>;

/** The schema of a subgraph, `_service` and `_entities` included. */
export const subgraphSchema = (
  typeDefs: DocumentNode,
  resolvers: NonNullable<Module['resolvers']>,
): GraphQLSchema => buildSubgraphSchema([{ typeDefs, resolvers }]);

const noMetrics: ReadMetrics = () => [];

/** Serves a subgraph to the gateway until SIGTERM or SIGINT. Rejects when the port is taken. */
export async function startSubgraph<Context extends object>(
  options: SubgraphOptions<Context>,
): Promise<RunningSubgraph> {
  const { config, log, name } = options;
  const answering = await startAnswering({ ...options, key: config.CONTEXT_KEY });
  const isReady = async (): Promise<boolean> =>
    !http.isDraining() && (await (options.isReady?.() ?? true));
  const http = await startHttp({
    host: config.HOST,
    port: config.PORT,
    drainDelayMs: config.DRAIN_DELAY_MS ?? 1000,
    onError: (error) => log.error({ error: describeError(error) }, 'request failed'),
    handle: async (request, response) => {
      if (await answerHealth(request, response, { isReady, problems: options.problems })) return;
      if (await answerMetrics(request, response, options.metrics ?? noMetrics)) return;
      send(response, await answering.answer(request, response));
    },
  });

  const stop = async (): Promise<void> => {
    await http.drain();
    forgetSignals();
    await answering.stop();
    await options.onDrain?.();
    log.info('stopped');
  };
  const forgetSignals = stopOnSignal(log, stop);
  const url = `http://${config.HOST}:${http.port}/graphql`;
  log.info({ url }, `${name} is listening`);
  return { port: http.port, url, stop };
}
