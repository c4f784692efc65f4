import { invalid } from '../errors.ts';
import { textProblem } from '../text.ts';

/** How JSON writes what no text may hold, and halves of characters that need two. */
const suspicious = /\\u(?:0000|d[89a-f])/i;

/** Refuses variables that hold what can't be stored as text, wherever it is. Throws INVALID. */
export function refuseBrokenText(body: string, variables: unknown): void {
  if (!suspicious.test(body)) return;
  const found = findProblem(variables, '');
  if (found) throw invalid(`${found.path}: ${found.message}`, [found]);
}

type Problem = { readonly path: string; readonly message: string };

function findProblem(value: unknown, path: string): Problem | null {
  if (typeof value === 'string') {
    const message = textProblem(value, Infinity);
    return message === null ? null : { path, message };
  }
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    const found = findProblemOf(key, member, path);
    if (found) return found;
  }
  return null;
}

function findProblemOf(key: string, member: unknown, path: string): Problem | null {
  if (textProblem(key, Infinity) !== null) {
    return { path, message: 'has a key that is no valid text' };
  }
  return findProblem(member, path === '' ? key : `${path}.${key}`);
}
