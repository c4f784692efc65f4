import type { Withheld } from '@crm/kit/record/disclosure';
import type { ShownState } from '../consistency.ts';
import { isRecord } from '../is-record.ts';

/** An error as a subgraph sent it. Nothing about it is sure. */
export type SubgraphError = Readonly<Record<string, unknown>>;

export type SubgraphAnswer = {
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly SubgraphError[];
  readonly consistency: ShownState | null;
  /** Sensitive fields that were kept back, and why. */
  readonly withheld: readonly Withheld[];
};

/** Throws when the text is no answer to a GraphQL request. */
export function readAnswer(text: string): SubgraphAnswer {
  const parsed: unknown = JSON.parse(text);
  if (!isRecord(parsed)) throw new Error('The answer is no GraphQL response');
  const { data, errors, extensions } = parsed;
  if (!isRecord(data) && !Array.isArray(errors)) throw new Error('The answer has no data');
  return {
    data: isRecord(data) ? data : null,
    errors: Array.isArray(errors) ? errors.filter(isRecord) : [],
    consistency: consistencyOf(extensions),
    withheld: withheldOf(extensions),
  };
}

function withheldOf(extensions: unknown): readonly Withheld[] {
  const given = isRecord(extensions) ? extensions['withheld'] : undefined;
  if (!Array.isArray(given)) return [];
  return given.filter(isRecord).map(({ field, reason }) => ({
    field: String(field),
    reason: reason === 'PURPOSE_NEEDED' ? reason : 'NOT_ALLOWED',
  }));
}

function consistencyOf(extensions: unknown): ShownState | null {
  if (!isRecord(extensions) || !isRecord(extensions['consistency'])) return null;
  const { token, node, staleMs } = extensions['consistency'];
  return {
    token: typeof token === 'string' ? token : null,
    node: node === 'standby' ? 'standby' : 'source',
    staleMs: typeof staleMs === 'number' ? staleMs : null,
  };
}
