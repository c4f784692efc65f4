/**
 * Unified social credit codes as GB 32100-2015 makes them: the kind of the organisation, where it
 * is registered, its organisation code (GB 11714), and a check character for each of both.
 */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const organisationWeights = [3, 7, 9, 10, 5, 8, 4, 2];

/** A company's code. The number may have eight digits; each has a code of its own. */
export function creditCode(division: string, number: number): string {
  const organisation = String(number).padStart(8, '0');
  const body = `91${division}${organisation}${organisationCheck(organisation)}`;
  return body + checkOf(body);
}

function organisationCheck(digits: string): string {
  const rest = 11 - (weightedSum(digits, organisationWeights) % 11);
  if (rest === 10) return 'X';
  return rest === 11 ? '0' : String(rest);
}

const checkOf = (body: string): string =>
  alphabet.charAt((31 - (weightedSum(body, weights) % 31)) % 31);

const weightedSum = (text: string, by: readonly number[]): number =>
  by.reduce((sum, weight, at) => sum + weight * alphabet.indexOf(text.charAt(at)), 0);
