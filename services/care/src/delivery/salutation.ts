import type { Language } from '../template/merge-field.ts';

const han = /^\p{Script=Han}{2,6}$/u;
const compound: readonly string[] = (
  '欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 司空 夏侯 端木 南宫 百里 轩辕 长孙 宇文 ' +
  '西门 独孤 呼延'
).split(' ');

type Named = { readonly name: string; readonly gender: string | null };

const titles = {
  MALE: { zh: '先生', en: 'Mr.' },
  FEMALE: { zh: '女士', en: 'Ms.' },
} as const;

const isTitled = (gender: string | null): gender is keyof typeof titles =>
  gender !== null && Object.hasOwn(titles, gender);

/** How somebody is addressed; by the whole name where it can't be told how. */
export function salutationOf({ name, gender }: Named, locale: Language): string {
  if (!isTitled(gender)) return name;
  const { zh, en } = titles[gender];
  if (han.test(name)) return locale === 'ZH_CN' ? `${familyName(name)}${zh}` : name;
  return locale === 'ZH_CN' ? name : `${en} ${name.trim().split(/\s+/).at(-1) ?? name}`;
}

const familyName = (name: string): string =>
  compound.includes(name.slice(0, 2)) && name.length > 2 ? name.slice(0, 2) : name.slice(0, 1);

const months =
  'January February March April May June July August September October November December';

/** `2026-09-25` as a letter has it. */
export function dayInWords(day: string | null, locale: Language): string {
  if (day === null) return '';
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return locale === 'EN'
    ? `${date} ${months.split(' ')[month - 1] ?? ''} ${year}`
    : `${year}年${month}月${date}日`;
}
