import { paletteOf, type Look } from './look.ts';

const margin = 16;

/** The title of a picture and a line beneath it. What does not fit is cut. */
export function heading(look: Look, text: string, subtext = ''): object {
  const { text: color, muted } = paletteOf(look);
  const cut = { width: look.width - 2 * margin, overflow: 'truncate' };
  return {
    text,
    subtext,
    left: margin,
    top: 12,
    padding: 0,
    itemGap: 6,
    textStyle: { color, fontSize: 16, fontWeight: 600, ...cut },
    subtextStyle: { color: muted, fontSize: 12, ...cut },
  };
}

/** Stands over a part of a picture. */
export const partHeading = (
  look: Look,
  text: string,
  at: { left: number; top: number },
): object => ({
  text,
  ...at,
  padding: 0,
  textStyle: { color: paletteOf(look).muted, fontSize: 12, fontWeight: 400 },
});
