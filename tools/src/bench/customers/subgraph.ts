import { contextHeader, contextSigner } from '@crm/kit/server/signature';
import type { Viewer } from '@crm/kit/viewer';
import { newId } from '@crm/kit/id';
import { Pool } from 'undici';
import { z } from 'zod';
import type { Mesh } from '../../mesh/mesh.ts';
import { percentile } from '../../subscribers/latency.ts';

export type Question = {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly viewer?: Partial<Viewer>;
  /** Reports may take longer. */
  readonly lane?: 'interactive' | 'reporting';
  /** How long the caller waits. */
  readonly forMs?: number;
};

export type Answered = {
  readonly ms: number;
  readonly data: Readonly<Record<string, unknown>> | null;
  /** Of the first error, or null. */
  readonly code: string | null;
};

export type Subgraph = {
  readonly ask: (question: Question) => Promise<Answered>;
  /** The median time of a question in milliseconds. It must be answered without an error. */
  readonly median: (question: Question, times?: number) => Promise<number>;
  readonly close: () => Promise<void>;
};

const answerSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        extensions: z.object({ code: z.string().optional() }).optional(),
      }),
    )
    .optional(),
});

const codeOf = (errors: z.infer<typeof answerSchema>['errors']): string | null => {
  const [error] = errors ?? [];
  return error ? (error.extensions?.code ?? error.message) : null;
};

const everyone: Viewer = {
  subject: 'bench',
  staffId: null,
  roles: ['admin'],
  teamIds: [],
  purpose: null,
};

/** Asks a subgraph as the gateway does: by HTTP, signed. */
export function connectSubgraph(
  mesh: Mesh,
  service: 'analytics' | 'competitors' | 'contacts' | 'customers' = 'customers',
): Subgraph {
  const pool = new Pool(`http://127.0.0.1:${mesh.ports[service]}`, { connections: 2 });
  const sign = contextSigner({
    audience: service,
    key: mesh.secrets.contextKeys[service] ?? '',
  });

  const ask: Subgraph['ask'] = async (question) => {
    const { query, variables = {}, viewer = {}, lane = 'interactive', forMs = 30_000 } = question;
    const body = JSON.stringify({ query, variables });
    const request = {
      requestId: newId(),
      deadlineAt: Date.now() + forMs,
      consistency: null,
      lane,
      viewer: { ...everyone, ...viewer },
    };
    const startedAt = performance.now();
    const response = await pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', [contextHeader]: sign(request, body) },
      body,
    });
    const text = await response.body.text();
    const ms = performance.now() - startedAt;
    const { data, errors } = answerSchema.parse(JSON.parse(text));
    return { ms, data: data ?? null, code: codeOf(errors) };
  };

  return {
    ask,
    median: async (question, times = 15) => {
      const all: number[] = [];
      for (let time = 0; time < times; time += 1) {
        const { ms, code } = await ask(question);
        if (code !== null)
          throw new Error(`${code}: ${question.query} ${JSON.stringify(question.variables)}`);
        all.push(ms);
        // What takes seconds need not be asked again and again.
        if (ms > 2000 && time >= 2) break;
      }
      return percentile(all, 0.5);
    },
    close: () => pool.close(),
  };
}
