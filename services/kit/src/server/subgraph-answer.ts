import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { z } from 'zod';
import { currentConsistency, runConsistently } from '../database/consistency.ts';
import { deadlineAt } from './deadline.ts';
import { describeError } from '../describe-error.ts';
import { AppError } from '../errors.ts';
import { readBody, type Reply } from './http.ts';
import type { Log } from '../log.ts';
import {
  createDisclosure,
  withDisclosure,
  type Disclosure,
  type RecordReads,
} from '../record/disclosure.ts';
import { failure, isBug, maskError } from './mask-errors.ts';
import type { RequestInfo } from '../request.ts';
import { filesPath } from '../transfer/file-call.ts';
import { hooksPath, readHookCall, writeHookReply, type AnswerHook } from './hook-call.ts';
import { contextHeader, contextVerifier, type ContextClaims } from './signature.ts';

export type Extensions = Readonly<Record<string, unknown>>;

export type AnswerOptions<Context extends object> = {
  /** The name in the supergraph, which is also the audience of the signed context. */
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly log: Log;
  /** Runs once a request, so that a loader never outlives one. */
  readonly createContext: (request: RequestInfo) => Context | Promise<Context>;
  /** Answers what is asked about files, where the service keeps any. */
  readonly files?: (request: RequestInfo, body: Buffer) => Promise<Reply>;
  /** Answers people and programs without a token, where the service hears any. */
  readonly hooks?: AnswerHook;
  /** Keeps which sensitive fields an answer tells, before it leaves. Without it none may be told. */
  readonly recordReads?: RecordReads;
  /** What goes into `extensions` of the answer, once it is made. */
  readonly extensionsOf?: (request: RequestInfo, context: Context) => Extensions | undefined;
};

export type Answer = {
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<Reply>;
  readonly stop: () => Promise<void>;
};

/** The gateway's own limit is lower; entity look-ups of a large answer need more. */
const bodyBytesMax = 8 * 1024 * 1024;

const operationSchema = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

type Operation = z.infer<typeof operationSchema>;

/** What the log says of a request: never a value that it holds. */
type Line = { requestId?: string; operation?: string; codes?: readonly string[]; reason?: string };

/** Where plugins find the request, whatever context the service makes. */
const requestOf = Symbol('request');
type Held = { readonly [requestOf]?: RequestInfo };

/** Answers what is signed by the gateway, refuses the rest, and logs one line about each. */
export async function startAnswering<Context extends object>(
  options: AnswerOptions<Context> & { readonly key: string },
): Promise<Answer> {
  const { log, name, key } = options;
  const apollo = createApollo(options);
  await apollo.start();
  const verify = contextVerifier({ audience: name, key });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<Reply> => {
    const startedAt = performance.now();
    const line: Line = {};
    const reply = await answerSigned(request, response, line).catch((error: unknown) => {
      note(log, line, error);
      return failure(error);
    });
    const ms = Math.round((performance.now() - startedAt) * 10) / 10;
    log.info({ ...line, ms, status: reply.status }, 'request');
    return reply;
  };

  async function answerSigned(
    request: IncomingMessage,
    response: ServerResponse,
    line: Line,
  ): Promise<Reply> {
    const answerBody = answererOf({ options, apollo }, request.url);
    if (answerBody === null) return { status: 404, text: '' };
    if (request.method !== 'POST') return { status: 405, text: '', headers: { allow: 'POST' } };

    const body = await readBody(request, bodyBytesMax);
    const claims = verify(request.headers[contextHeader], body);
    line.requestId = claims.requestId;
    const deadline = deadlineAt(localDeadline(claims));
    response.once('close', deadline.abandon);
    try {
      const info = requestInfo(claims, deadline.signal);
      return await deadline.race(runConsistently(info, () => answerBody({ info, line }, body)));
    } finally {
      deadline.release();
    }
  }

  return { answer, stop: () => apollo.stop() };
}

type AnswerBody = (
  asked: { readonly info: RequestInfo; readonly line: Line },
  body: Buffer,
) => Promise<Reply>;

/** What is asked at a path, or null when nothing is. */
function answererOf<Context extends object>(
  serving: Pick<Answering<Context>, 'apollo' | 'options'>,
  path: string | undefined,
): AnswerBody | null {
  const { files, hooks } = serving.options;
  if (path === '/graphql') {
    return (asked, body) => answerOperation({ ...serving, ...asked }, body);
  }
  if (path === filesPath && files) return ({ info }, body) => files(info, body);
  if (path === hooksPath && hooks) {
    return async ({ info }, body) => writeHookReply(await hooks(info, readHookCall(body)));
  }
  return null;
}

type Answering<Context extends object> = {
  readonly options: AnswerOptions<Context>;
  readonly apollo: ApolloServer<Held>;
  readonly info: RequestInfo;
  readonly line: Line;
};

function answerOperation<Context extends object>(
  answering: Answering<Context>,
  body: Buffer,
): Promise<Reply> {
  const operation = readOperation(body);
  if (operation.operationName) answering.line.operation = operation.operationName;
  return execute({ ...answering, operation });
}

type Work<Context extends object> = Answering<Context> & { readonly operation: Operation };

async function execute<Context extends object>(work: Work<Context>): Promise<Reply> {
  const { options, apollo, info, operation, line } = work;
  const context = await options.createContext(info);
  const disclosure = createDisclosure();
  const { body, http } = await apollo.executeOperation(
    {
      query: operation.query,
      ...(operation.operationName && { operationName: operation.operationName }),
      ...(operation.variables && { variables: operation.variables }),
    },
    { contextValue: withDisclosure({ ...context, [requestOf]: info }, disclosure) },
  );
  if (body.kind !== 'single') throw new Error('A subgraph answers once');

  const { errors, data, extensions } = body.singleResult;
  if (errors) line.codes = codesOf(errors);
  await recordDisclosed(options, info, disclosure);
  const text = JSON.stringify({
    errors,
    data,
    extensions: {
      ...extensions,
      consistency: currentConsistency(),
      ...withheldIn(disclosure),
      ...options.extensionsOf?.(info, context),
    },
  });
  return { status: http.status === 400 ? 400 : 200, text };
}

async function recordDisclosed(
  { recordReads }: Pick<AnswerOptions<object>, 'recordReads'>,
  info: RequestInfo,
  disclosure: Disclosure,
): Promise<void> {
  const reads = disclosure.reads();
  if (reads.length === 0) return;
  if (!recordReads) throw new Error('Nobody records what sensitive fields are read');
  await recordReads(info, reads);
}

function withheldIn(disclosure: Disclosure): Extensions {
  const withheld = disclosure.withheld();
  return withheld.length === 0 ? {} : { withheld };
}

const createApollo = ({ schema, log }: Pick<AnswerOptions<object>, 'schema' | 'log'>) =>
  new ApolloServer<Held>({
    schema,
    formatError: maskError,
    includeStacktraceInErrorResponses: false,
    introspection: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      bugLogger(log),
    ],
  });

/** Logs what resolvers threw by mistake; the client reads `Internal error` only. */
const bugLogger = (log: Log): ApolloServerPlugin<Held> => ({
  requestDidStart: async () => ({
    didEncounterErrors: async ({ errors, contextValue, operationName }) => {
      const requestId = contextValue[requestOf]?.requestId;
      for (const error of errors.filter(isBug)) {
        const path = error.path?.join('.');
        log.error(
          { requestId, operation: operationName, path, error: describeError(error) },
          'bug',
        );
      }
    },
  }),
});

function note(log: Log, line: Line, error: unknown): void {
  if (!(error instanceof AppError)) {
    log.error({ ...line, error: describeError(error) }, 'bug');
    return;
  }
  line.codes = [error.extensions.code];
  if (error.cause instanceof Error) line.reason = error.cause.message;
}

function readOperation(body: Buffer): Operation {
  try {
    return operationSchema.parse(JSON.parse(body.toString('utf8')));
  } catch (cause) {
    throw new AppError('BAD_REQUEST', 'The body is no GraphQL request in JSON', {
      cause: new Error(cause instanceof z.ZodError ? z.prettifyError(cause) : 'not JSON'),
    });
  }
}

/** The time left counts, not the hour: clocks of two machines may differ. */
const localDeadline = ({ deadlineAt: at, iat }: ContextClaims): number =>
  Date.now() + at - iat * 1000;

const requestInfo = (claims: ContextClaims, signal: AbortSignal): RequestInfo => ({
  viewer: { ...claims.viewer, at: claims.aud },
  requestId: claims.requestId,
  lane: claims.lane,
  deadlineAt: localDeadline(claims),
  consistency: claims.consistency,
  signal,
});

const codesOf = (errors: readonly GraphQLFormattedError[]): readonly string[] => [
  ...new Set(errors.map(({ extensions }) => String(extensions?.['code']))),
];
