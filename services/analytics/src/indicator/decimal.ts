/** Numbers as exact decimal texts: `1234.50`. */

type Scaled = { readonly units: bigint; readonly scale: number };

const places = 6;

function scaled(text: string): Scaled {
  const [whole = '', fraction = ''] = text.split('.');
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

const raised = ({ units, scale }: Scaled, to: number): bigint => units * 10n ** BigInt(to - scale);

function textOf({ units, scale }: Scaled): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Without the zeros at its end: `0.25`. */
export const trimmed = (text: string): string =>
  text.includes('.') ? text.replace(/\.?0+$/, '') : text;

export function subtract(from: string, what: string): string {
  const [one, other] = [scaled(from), scaled(what)];
  const scale = Math.max(one.scale, other.scale);
  return textOf({ units: raised(one, scale) - raised(other, scale), scale });
}

/** To six places, halves away from zero; null for a division by nothing. */
export function divide(what: string, by: string): string | null {
  const [one, other] = [scaled(what), scaled(by)];
  if (other.units === 0n) return null;
  const scale = Math.max(one.scale, other.scale);
  const [above, below] = [raised(one, scale) * 10n ** BigInt(places), raised(other, scale)];
  const isNegative = above < 0n !== below < 0n;
  const [top, bottom] = [above < 0n ? -above : above, below < 0n ? -below : below];
  const units = (top * 2n + bottom) / (bottom * 2n);
  return trimmed(textOf({ units: isNegative ? -units : units, scale: places }));
}
