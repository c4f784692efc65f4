import { lengthOf } from '../text.ts';

/** Full text knows pairs of characters. */
export const isLong = (word: string): boolean => lengthOf(word) > 1;

/** `C-004711`: what it begins with nearly all codes begin with. */
export const isCode = (word: string): boolean => /^[\w./-]*\d[\w./-]*$/.test(word);

export const lastPart = (code: string): string =>
  code.split(/[^A-Za-z0-9]+/).findLast(isLong) ?? code;

/** Two characters that follow each other, and where in which word. */
export type Pair = { readonly text: string; readonly word: number; readonly at: number };

const pairsMax = 16;

/** The pairs that words are made of: the first ones of very long texts. */
export const pairsOf = (words: readonly string[]): Pair[] =>
  words
    .flatMap((each, word) => {
      const characters = Array.from(each);
      return characters.slice(1).map((character, at) => ({
        text: `${characters[at]}${character}`,
        word,
        at,
      }));
    })
    .filter(({ text }) => /^[\p{L}\p{N}]+$/u.test(text))
    .slice(0, pairsMax);

/** Of two thousand records: that many have a pair at most for full text to be quick. */
const rareMax = 20;

/** More records than that are not looked at one by one when another word tells some of them apart. */
const fewMax = 1;

/**
 * What to ask full text for: a few characters that few records have, as far as the counts among
 * some of them tell. It reads all places of every pair in a phrase, so what many have is left out,
 * unless that leaves too many. Empty when many have every pair.
 */
export function rarePhrases(pairs: readonly Pair[], counts: readonly number[]): string[] {
  const counted = pairs
    .map((pair, index) => ({ ...pair, count: counts[index] ?? 0 }))
    .toSorted((a, b) => a.count - b.count);
  const rare = counted.filter(({ count }) => count <= rareMax);
  const [rarest] = rare;
  if (!rarest) return [];
  const phrase = withNeighbours(rarest, rare);
  const other = counted.find(({ word }) => word !== rarest.word);
  const isEnough = phrase !== rarest.text || rarest.count <= fewMax || !other;
  return isEnough ? [phrase] : [phrase, other.text];
}

/** Of a million records so few have both of two pairs that they are compared one by one. */
const fewTogether = 3000;

/**
 * What to ask full text for where many have every pair: two pairs of the word with the rarest one, if
 * few have both, for their places need not be compared; else the whole word. It is one word alone,
 * because every further one costs the reading of all its places. Empty without a pair.
 */
export function phrasesOfRarestWord(
  words: readonly string[],
  pairs: readonly Pair[],
  counts: readonly number[],
): string[] {
  const counted = pairs
    .map((pair, index) => ({ ...pair, count: counts[index] ?? 0 }))
    .toSorted((a, b) => a.count - b.count);
  const [rarest] = counted;
  const word = rarest && words[rarest.word];
  if (!word) return [];
  const other = counted.find(
    (pair) => pair.word === rarest.word && Math.abs(pair.at - rarest.at) > 1,
  );
  if (!other || perMillion(rarest, other) > fewTogether) return [word];
  return [rarest.text, other.text];
}

type Counted = { readonly count: number };

/** As if the one had nothing to do with the other. */
const perMillion = (one: Counted, other: Counted): number =>
  (one.count / 2000) * (other.count / 2000) * 1_000_000;

/** The pair with a character before it and one after it, where few have those pairs too. */
function withNeighbours({ text, word, at }: Pair, rare: readonly Pair[]): string {
  const beside = (offset: number): readonly string[] =>
    Array.from(rare.find((pair) => pair.word === word && pair.at === at + offset)?.text ?? '');
  return `${beside(-1)[0] ?? ''}${text}${beside(1)[1] ?? ''}`;
}
