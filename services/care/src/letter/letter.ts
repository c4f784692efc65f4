/** What one letter says, and to whom. */
export type Letter = {
  readonly companyName: string;
  /** Who gets it, and where that person is, each on a line of its own. */
  readonly recipient: readonly string[];
  readonly day: string;
  readonly subject: string | null;
  readonly text: string;
};

/** Printers have marked so what they had no type for. */
const geta = '〓';

/** Characters that no font has, or that it is not asked for. */
const isInvisible = (character: string): boolean => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character);

/** A letter with nothing in it that the font can not show; what that was is told. */
export function showable(
  letter: Letter,
  hasGlyph: (codePoint: number) => boolean,
): { readonly letter: Letter; readonly missing: readonly string[] } {
  const missing = new Set<string>();
  const shown = (text: string): string =>
    Array.from(text, (character) => {
      if (isInvisible(character)) return character === '\n' ? character : '';
      if (hasGlyph(character.codePointAt(0) ?? 0)) return character;
      missing.add(character);
      return geta;
    }).join('');
  return {
    letter: {
      companyName: shown(letter.companyName),
      recipient: letter.recipient.map(shown),
      day: shown(letter.day),
      subject: letter.subject === null ? null : shown(letter.subject),
      text: shown(letter.text),
    },
    missing: [...missing],
  };
}
