import { AppError } from '@crm/kit/errors';
import { z } from 'zod';

/**
 * What each subgraph said about the state that its answers reflect. A token means something to its
 * own subgraph only, so the client's token is all of them together.
 */
export type Consistency = {
  readonly of: (subgraph: string) => string | null;
  readonly note: (subgraph: string, token: string) => void;
  /** The token for the client, or null when there is nothing to say. */
  readonly token: () => string | null;
};

const tokenCharsMax = 4096;
const tokensSchema = z.record(z.string().max(100), z.string().max(2048));

/** Throws BAD_REQUEST when the client's token was not made here. */
export function createConsistency(sent: string | undefined): Consistency {
  const tokens = new Map(Object.entries(read(sent)));
  return {
    of: (subgraph) => tokens.get(subgraph) ?? null,
    note: (subgraph, token) => {
      tokens.set(subgraph, token);
    },
    token: () =>
      tokens.size === 0
        ? null
        : Buffer.from(JSON.stringify(Object.fromEntries(tokens))).toString('base64url'),
  };
}

function read(sent: string | undefined): Readonly<Record<string, string>> {
  if (sent === undefined) return {};
  try {
    if (sent.length > tokenCharsMax) throw new Error('too long');
    return tokensSchema.parse(JSON.parse(Buffer.from(sent, 'base64url').toString()));
  } catch (cause) {
    throw new AppError('BAD_REQUEST', 'The consistency token is none of ours', { cause });
  }
}
