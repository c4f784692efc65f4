import { Solar } from 'lunar-typescript';

/** 节气 that days of a year are named for; the others of the 24 begin no festival. */
const names = { QINGMING: '清明', DONGZHI: 'DONG_ZHI', LICHUN: '立春' } as const;

export type SolarTerm = keyof typeof names;

export const solarTerms: readonly string[] = Object.keys(names);

/** The day of a Gregorian year, in China, on which a term begins. */
export function dayOfSolarTerm(year: number, term: SolarTerm): string {
  // The table of a lunar year begins in the December before; its second 冬至 goes by the other name.
  const table = Solar.fromYmd(year, 6, 1).getLunar().getJieQiTable();
  const day = table[names[term]];
  if (!day) throw new Error(`No table has ${term} of ${year}`);
  return day.toYmd();
}
