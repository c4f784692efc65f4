import type { Labels } from '@crm/kit/record/field';
import { inLocale, type Language } from './look.ts';

const language = { EN: 'en', ZH_CN: 'zh-CN' } as const;

const units: Readonly<Record<string, Labels>> = {
  DAY: { zh: '# 天', en: '# days' },
  YEAR: { zh: '# 年', en: '# years' },
  PER_MONTH: { zh: '每月 #', en: '# a month' },
};

const isCurrency = (unit: string | null): unit is string =>
  unit !== null && /^[A-Z]{3}$/.test(unit) && !Object.hasOwn(units, unit);

/** Short, as people say it: ¥12.3万, CN¥123K. A unit that is a currency makes it money. */
export function shortFigure(
  look: Language,
  value: string | number,
  unit: string | null = null,
): string {
  return new Intl.NumberFormat(language[look.locale], {
    notation: 'compact',
    minimumFractionDigits: 0,
    maximumFractionDigits: 1,
    ...(isCurrency(unit) && { style: 'currency', currency: unit }),
  }).format(Number(value));
}

/** A number with what it is of: 0.254, 33.12万, 42 days. */
export function valueText(look: Language, value: string, unit: string | null): string {
  if (isCurrency(unit)) return shortFigure(look, value, unit);
  const number = new Intl.NumberFormat(language[look.locale], {
    notation: 'compact',
    maximumSignificantDigits: 4,
  }).format(Number(value));
  const labels = unit === null ? undefined : units[unit];
  return labels ? inLocale(look, labels).replace('#', () => number) : number;
}

export const countText = (look: Language, value: number): string =>
  new Intl.NumberFormat(language[look.locale]).format(value);

/** A text with the count where `#` stands. */
export const counted = (look: Language, labels: Labels, count: number): string =>
  inLocale(look, labels).replace('#', () => countText(look, count));

export const percentText = (look: Language, share: number): string =>
  new Intl.NumberFormat(language[look.locale], {
    style: 'percent',
    maximumFractionDigits: 1,
  }).format(share);

export const dayText = (look: Language, day: string): string =>
  new Intl.DateTimeFormat(language[look.locale], { dateStyle: 'medium', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );

export const monthText = (look: Language, instant: number): string =>
  new Intl.DateTimeFormat(language[look.locale], {
    year: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  }).format(instant);
