/** Amounts of money are texts with two digits after the point; they are added as whole cents. */

export const toCents = (amount: string): bigint => {
  const [whole = '0', fraction = ''] = amount.replace('-', '').split('.');
  const cents = BigInt(whole) * 100n + BigInt(fraction.padEnd(2, '0').slice(0, 2));
  return amount.startsWith('-') ? -cents : cents;
};

export const fromCents = (cents: bigint): string => {
  const size = cents < 0n ? -cents : cents;
  return `${cents < 0n ? '-' : ''}${size / 100n}.${String(size % 100n).padStart(2, '0')}`;
};

export const sumAmounts = (amounts: readonly string[]): string =>
  fromCents(amounts.reduce((total, amount) => total + toCents(amount), 0n));

export const subtractAmounts = (amount: string, less: string): string =>
  fromCents(toCents(amount) - toCents(less));
