/**
 * Lunar years as almanacs print them: New Year's Day (正月初一), Mid-Autumn (八月十五), how many days the twelfth
 * month has, and where there is a leap month its number and its first day. It follows from nothing
 * that the product computes with.
 */
const almanac = `
1990 01-27 10-03 30 5 06-23
1991 02-15 09-22 30
1992 02-04 09-11 30
1993 01-23 09-30 29 3 04-22
1994 02-10 09-20 30
1995 01-31 09-09 30 8 09-25
1996 02-19 09-27 29
1997 02-07 09-16 29
1998 01-28 10-05 30 5 06-24
1999 02-16 09-24 29
2000 02-05 09-12 29
2001 01-24 10-01 30 4 05-23
2002 02-12 09-21 29
2003 02-01 09-11 30
2004 01-22 09-28 30 2 03-21
2005 02-09 09-18 29
2006 01-29 10-06 30 7 08-24
2007 02-18 09-25 30
2008 02-07 09-14 30
2009 01-26 10-03 30 5 06-23
2010 02-14 09-22 30
2011 02-03 09-12 29
2012 01-23 09-30 29 4 05-21
2013 02-10 09-19 30
2014 01-31 09-08 30 9 10-24
2015 02-19 09-27 29
2016 02-08 09-15 30
2017 01-28 10-04 30 6 07-23
2018 02-16 09-24 30
2019 02-05 09-13 30
2020 01-25 10-01 30 4 05-23
2021 02-12 09-21 29
2022 02-01 09-10 30
2023 01-22 09-29 30 2 03-22
2024 02-10 09-17 29
2025 01-29 10-06 29 6 07-25
2026 02-17 09-25 29
2027 02-06 09-15 29
2028 01-26 10-03 29 5 06-23
2029 02-13 09-22 30
2030 02-03 09-12 29
2031 01-23 10-01 29 3 04-22
2032 02-11 09-19 30
2033 01-31 09-08 30 11 12-22
2034 02-19 09-27 30
2035 02-08 09-16 30
2036 01-28 10-04 30 6 07-23
2037 02-15 09-24 30
2038 02-04 09-13 29
2039 01-24 10-02 29 5 06-22
2040 02-12 09-20 29
2041 02-01 09-10 30
2042 01-22 09-28 30 2 03-22
2043 02-10 09-17 30
2044 01-30 10-05 30 7 08-23
2045 02-17 09-25 30
2046 02-06 09-15 30
2047 01-26 10-04 30 5 06-23
2048 02-14 09-22 29
2049 02-02 09-11 29
2050 01-23 09-30 29 3 04-21
`;

export type LunarYear = {
  readonly year: number;
  readonly newYear: string;
  readonly midAutumn: string;
  readonly daysOfTwelfth: number;
  readonly leap: { readonly month: number; readonly firstDay: string } | null;
};

export const lunarYears: readonly LunarYear[] = almanac
  .trim()
  .split('\n')
  .map((line) => {
    const [year = '', newYear = '', midAutumn = '', days = '', month = '', firstDay = ''] =
      line.split(' ');
    return {
      year: Number(year),
      newYear: `${year}-${newYear}`,
      midAutumn: `${year}-${midAutumn}`,
      daysOfTwelfth: Number(days),
      leap: month === '' ? null : { month: Number(month), firstDay: `${year}-${firstDay}` },
    };
  });

export const leapYears: readonly number[] = [
  1992, 1996, 2000, 2004, 2008, 2012, 2016, 2020, 2024, 2028, 2032, 2036, 2040, 2044, 2048,
];
