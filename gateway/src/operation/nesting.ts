/**
 * How deep brackets of any kind are nested in a document, without parsing it: the parser and all
 * that comes after it work by recursion, and so would run out of stack.
 */
export function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(tokens)) {
    if (opening.has(token)) depth += 1;
    else if (closing.has(token)) depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

const opening = new Set(['{', '(', '[']);
const closing = new Set(['}', ')', ']']);

/** A bracket, or a whole comment or string, in which brackets mean nothing. */
const tokens = /[{}()[\]]|#[^\n\r]*|"""[^]*?"""|"(?:\\.|[^"\\\n\r])*"?/g;
