/** One step of a path in words. */
export type ToldStep = {
  readonly from: string;
  readonly to: string;
  readonly strength: number;
  /** What the relationship is called from where the step begins; null where our staff know somebody. */
  readonly label: string | null;
  readonly reason: string | null;
};

type Locale = 'EN' | 'ZH_CN';

/** A path in a sentence, such as 王芳认识李敏（亲密度 62），李敏对周总：同学（强度 50）。 */
export function explain(steps: readonly ToldStep[], strength: number, locale: Locale): string {
  const words = locale === 'EN' ? english : chinese;
  return `${steps.map(words.step).join(words.comma)}${words.end(Math.round(strength))}`;
}

const chinese = {
  step: ({ from, to, strength, label, reason }: ToldStep): string =>
    label === null
      ? `${from}认识${to}（亲密度 ${strength}）`
      : `${from}对${to}：${label}（强度 ${strength}${reason ? `，${reason}` : ''}）`,
  comma: '，',
  end: (strength: number): string => `；总强度 ${strength}。`,
};

const english = {
  step: ({ from, to, strength, label, reason }: ToldStep): string =>
    label === null
      ? `${from} knows ${to} (closeness ${strength})`
      : `${from} → ${label} → ${to} (strength ${strength}${reason ? `, ${reason}` : ''})`,
  comma: ', ',
  end: (strength: number): string => `; overall strength ${strength}.`,
};
