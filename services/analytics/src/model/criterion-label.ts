import type { Labels } from '@crm/kit/record/field';
import type { IndicatorReads } from '../indicator/indicator.queries.ts';

type Named = {
  /** The indicator's. */
  readonly code: string;
  readonly label: Labels | null;
};

/** What a criterion is called: its own label, or that of its indicator. */
export const labelsOf = async (
  indicators: IndicatorReads,
  { code, label }: Named,
): Promise<Labels> => label ?? (await indicators.byCode(code))?.labels ?? { zh: code, en: code };

export async function labelOf(
  indicators: IndicatorReads,
  { locale, ...named }: Named & { readonly locale: 'EN' | 'ZH_CN' },
): Promise<string> {
  const labels = await labelsOf(indicators, named);
  return locale === 'EN' ? labels.en : labels.zh;
}
