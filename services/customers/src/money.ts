/** Amounts of money are texts with two digits after the point; they are added as whole cents. */

export const toCents = (amount: string): bigint => {
  const [whole = '0', fraction = ''] = amount.split('.');
  return BigInt(whole) * 100n + BigInt(fraction.padEnd(2, '0').slice(0, 2));
};

export const fromCents = (cents: bigint): string =>
  `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;

export const sumAmounts = (amounts: readonly string[]): string =>
  fromCents(amounts.reduce((total, amount) => total + toCents(amount), 0n));

export const subtractAmounts = (amount: string, less: string): string =>
  fromCents(toCents(amount) - toCents(less));
