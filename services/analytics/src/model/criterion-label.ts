import type { Labels } from '@crm/kit/record/field';
import type { IndicatorReads } from '../indicator/indicator.queries.ts';

type Named = {
  /** The indicator's. */
  readonly code: string;
  readonly label: Labels | null;
  readonly locale: 'EN' | 'ZH_CN';
};

/** What a criterion is called: its own label, or that of its indicator. */
export async function labelOf(
  indicators: IndicatorReads,
  { code, label, locale }: Named,
): Promise<string> {
  const labels = label ?? (await indicators.byCode(code))?.labels ?? { zh: code, en: code };
  return locale === 'EN' ? labels.en : labels.zh;
}
