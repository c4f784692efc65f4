import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** The whole of Noto Sans SC: 30,000 characters, so that names do not have holes. */
const fontFile = (): string =>
  createRequire(import.meta.url).resolve(
    '@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf',
  );

export type LetterFont = {
  readonly bytes: Buffer;
  readonly hasGlyph: (codePoint: number) => boolean;
};

/** Loaded when the first letter is printed: 10 MB that most processes never need. */
let font: Promise<LetterFont> | null = null;

async function load(): Promise<LetterFont> {
  const { create } = await import('fontkit');
  const bytes = await readFile(fontFile());
  const made = create(bytes);
  if (made.type !== 'TTF') throw new Error('The file holds several fonts');
  return { bytes, hasGlyph: (codePoint) => made.hasGlyphForCodePoint(codePoint) };
}

export const letterFont = (): Promise<LetterFont> => (font ??= load());
