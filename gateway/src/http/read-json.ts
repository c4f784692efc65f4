import { AppError } from '@crm/kit/errors';

const depthMax = 50;
const entriesMax = 2000;
/** Longer than any document and any field: what is longer comes as a file. */
const textMax = 200_000;
const keyShownMax = 64;

/** The value that a client's JSON holds; BAD_REQUEST says what is wrong with it. */
export function readJson(text: string): unknown {
  checkForm(text);
  try {
    return JSON.parse(text);
  } catch {
    throw refused('What was sent is no JSON');
  }
}

const refused = (message: string): AppError => new AppError('BAD_REQUEST', message);

/** A list or an object that has begun and not ended. */
type Open = {
  /** Of an object: what it has named so far. */
  readonly keys: Set<string> | null;
  entries: number;
  expectsKey: boolean;
};

/**
 * Refuses, in one pass and before anything is made of it, what would cost much to look through, and
 * what is taken for something else than was sent: of two equal keys the last is taken, and a number
 * beyond all bounds for none.
 */
function checkForm(text: string): void {
  const open: Open[] = [];
  let at = 0;
  while (at < text.length) {
    const read = readers[text[at] ?? ''];
    at = read ? read(text, at, open) : at + 1;
  }
}

/** Looks at what begins at a place, and gives the place behind it. */
type Read = (text: string, at: number, open: Open[]) => number;

const begin =
  (isObject: boolean): Read =>
  (_, at, open) => {
    if (open.length >= depthMax) throw refused(`The JSON is nested more than ${depthMax} deep`);
    open.push({ keys: isObject ? new Set() : null, entries: 1, expectsKey: isObject });
    return at + 1;
  };

const end: Read = (_, at, open) => {
  open.pop();
  return at + 1;
};

const next: Read = (_, at, open) => {
  const inner = open.at(-1);
  if (!inner) return at + 1;
  inner.entries += 1;
  inner.expectsKey = inner.keys !== null;
  if (inner.entries <= entriesMax) return at + 1;
  throw refused(`A list or an object of the JSON has more than ${entriesMax} entries`);
};

const string: Read = (text, at, open) => {
  const endsAt = endOfString(text, at);
  if (endsAt - at > textMax) {
    throw refused(`A text of the JSON has more than ${textMax} characters`);
  }
  const inner = open.at(-1);
  if (inner?.keys && inner.expectsKey) {
    const key = decoded(text.slice(at, endsAt));
    if (inner.keys.has(key)) {
      throw refused(`The JSON names "${key.slice(0, keyShownMax)}" twice in one object`);
    }
    inner.keys.add(key);
    inner.expectsKey = false;
  }
  return endsAt;
};

/** The place behind the closing quote. */
function endOfString(text: string, at: number): number {
  for (let quote = text.indexOf('"', at + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

/** What is no string fails when all is parsed. */
function decoded(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal;
  }
}

const numberForm = /[\d.eE+-]+/y;

const number: Read = (text, at) => {
  numberForm.lastIndex = at;
  const [digits = ''] = numberForm.exec(text) ?? [];
  if (Math.abs(Number(digits)) === Infinity) {
    throw refused('The JSON holds a number that is too large');
  }
  return at + Math.max(1, digits.length);
};

const readers: Readonly<Record<string, Read>> = {
  '{': begin(true),
  '[': begin(false),
  '}': end,
  ']': end,
  ',': next,
  '"': string,
  ...Object.fromEntries('-0123456789'.split('').map((first) => [first, number])),
};
