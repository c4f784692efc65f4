import type { Labels } from '@crm/kit/record/field';
import { inLocale, type Look } from './look.ts';

const language = { EN: 'en', ZH_CN: 'zh-CN' } as const;

const currencyPattern = /^[A-Z]{3}$/;

/** Short, as people say it: ¥12.3万, CN¥123K. A unit that is a currency makes it money. */
export function shortFigure(look: Look, value: string | number, unit?: string | null): string {
  const isMoney = unit !== null && unit !== undefined && currencyPattern.test(unit);
  return new Intl.NumberFormat(language[look.locale], {
    notation: 'compact',
    maximumFractionDigits: 1,
    ...(isMoney && { style: 'currency', currency: unit }),
  }).format(Number(value));
}

export const countText = (look: Look, value: number): string =>
  new Intl.NumberFormat(language[look.locale]).format(value);

/** A text with the count where `#` stands. */
export const counted = (look: Look, labels: Labels, count: number): string =>
  inLocale(look, labels).replace('#', () => countText(look, count));

export const percentText = (look: Look, share: number): string =>
  new Intl.NumberFormat(language[look.locale], {
    style: 'percent',
    maximumFractionDigits: 1,
  }).format(share);

export const dayText = (look: Look, day: string): string =>
  new Intl.DateTimeFormat(language[look.locale], { dateStyle: 'medium', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );

export const monthText = (look: Look, instant: number): string =>
  new Intl.DateTimeFormat(language[look.locale], {
    year: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  }).format(instant);
