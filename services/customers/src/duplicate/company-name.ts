import { pinyin } from 'pinyin-pro';

/** Words in brackets that tell no company from another: `恒泰机械(中国)有限公司`. */
const nations: readonly string[] = ['中国', '中国大陆', 'china', 'prc'];

const inBrackets = /[([{【〔〈《]([^)\]}】〕〉》]{1,30})[)\]}】〕〉》]/gu;

/** The longer forms first, or only their ends would go. */
const chineseForms = /股份有限公司|有限责任公司|股份公司|有限公司|责任公司|公司/gu;

const westernForms =
  /(?<![\p{L}\p{N}])(?:co|company|corp|corporation|gmbh|inc|incorporated|limited|llc|llp|ltd|plc|pte|pty|the)(?![\p{L}\p{N}])/gu;

/** `上海市恒泰` is `上海恒泰`; a supermarket (超市) is no city. */
const placeSuffix = /^(\p{Script=Han}{2,3})(?:省|(?<![超门城上])市)(?=\p{Script=Han})/u;

const notInWords = /[^\p{L}\p{N}]+/gu;

/**
 * A company's name without what may be written in several ways: width, case, punctuation, the legal
 * form, and where its region stands. `恒泰机械（上海）有限公司` and `上海市恒泰机械股份有限公司` are
 * both `上海恒泰机械`.
 */
export function normalName(name: string): string {
  const plain = name.normalize('NFKC').toLowerCase();
  const regions = [...plain.matchAll(inBrackets)]
    .map(([, inside = '']) => inside.trim())
    .filter((inside) => !nations.includes(inside));
  const outside = plain.replaceAll(inBrackets, ' ');
  const words = [...regions, outside]
    .join(' ')
    .replaceAll(chineseForms, ' ')
    .replaceAll(westernForms, ' ')
    .replaceAll(notInWords, '')
    .replace(placeSuffix, '$1');
  // A name of nothing but such words is compared as it is.
  return words === '' ? plain.replaceAll(notInWords, '') : words;
}

/** How a normal name sounds, so that names written with other characters of one sound are alike. */
export const soundOf = (name: string): string =>
  pinyin(name, { toneType: 'none', type: 'array', nonZh: 'consecutive' }).join('').toLowerCase();
