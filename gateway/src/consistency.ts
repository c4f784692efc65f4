import { AppError } from '@crm/kit/errors';
import { z } from 'zod';

/** What one answer of a subgraph tells of the state it shows. */
export type ShownState = {
  readonly token: string | null;
  /** `standby` when anything of it was read there. */
  readonly node: 'source' | 'standby';
  /** How old its rows are at most, in milliseconds; null when that is unknown. */
  readonly staleMs: number | null;
};

/** What the client is told of all subgraphs together. */
export type ShownStates = {
  readonly token: string | null;
  readonly services: Readonly<Record<string, Omit<ShownState, 'token'>>>;
};

/**
 * What each subgraph said about the state that its answers reflect. A token means something to its
 * own subgraph only, so the client's token is all of them together.
 */
export type Consistency = {
  readonly of: (subgraph: string) => string | null;
  readonly note: (subgraph: string, state: ShownState) => void;
  /** Null when there is nothing to say. */
  readonly shown: () => ShownStates | null;
};

const tokenCharsMax = 4096;
const tokensSchema = z.record(z.string().max(100), z.string().max(2048));

/** Throws BAD_REQUEST when the client's token was not made here. */
export function createConsistency(sent: string | undefined): Consistency {
  const tokens = new Map(Object.entries(read(sent)));
  const states = new Map<string, Omit<ShownState, 'token'>>();
  return {
    of: (subgraph) => tokens.get(subgraph) ?? null,
    note: (subgraph, { token, ...state }) => {
      if (token !== null) tokens.set(subgraph, token);
      states.set(subgraph, together(states.get(subgraph), state));
    },
    shown: () =>
      tokens.size === 0 && states.size === 0
        ? null
        : { token: tokenOf(tokens), services: Object.fromEntries(states) },
  };
}

type State = Omit<ShownState, 'token'>;

/** Several answers of one subgraph: as old as the oldest of them. */
function together(known: State | undefined, state: State): State {
  if (!known) return state;
  return {
    node: known.node === 'standby' ? 'standby' : state.node,
    staleMs:
      known.staleMs === null || state.staleMs === null
        ? null
        : Math.max(known.staleMs, state.staleMs),
  };
}

const tokenOf = (tokens: ReadonlyMap<string, string>): string | null =>
  tokens.size === 0
    ? null
    : Buffer.from(JSON.stringify(Object.fromEntries(tokens))).toString('base64url');

function read(sent: string | undefined): Readonly<Record<string, string>> {
  if (sent === undefined) return {};
  try {
    if (sent.length > tokenCharsMax) throw new Error('too long');
    return tokensSchema.parse(JSON.parse(Buffer.from(sent, 'base64url').toString()));
  } catch (cause) {
    throw new AppError('BAD_REQUEST', 'The consistency token is none of ours', { cause });
  }
}
