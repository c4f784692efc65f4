/** Formats of dates and times that every workbook knows without defining them. */
const builtIn: ReadonlySet<number> = new Set([
  14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 36, 45, 46, 47, 50, 51, 52, 53, 54, 55,
  56, 57, 58,
]);

/** Tells of the number of a cell's style whether it shows a date. */
export function readStyles(styles: string): (style: number) => boolean {
  const own = new Set(
    [...styles.matchAll(/<(?:\w+:)?numFmt\s[^>]*>/g)]
      .filter(([tag]) => showsDate(/formatCode="([^"]*)"/.exec(tag)?.[1] ?? ''))
      .map(([tag]) => Number(/numFmtId="(\d+)"/.exec(tag)?.[1])),
  );
  const list = /<(?:\w+:)?cellXfs[\s>][\s\S]*?<\/(?:\w+:)?cellXfs>/.exec(styles)?.[0] ?? '';
  const formats = [...list.matchAll(/<(?:\w+:)?xf\s[^>]*>/g)].map(([tag]) =>
    Number(/numFmtId="(\d+)"/.exec(tag)?.[1] ?? 0),
  );
  return (style) => {
    const format = formats[style] ?? 0;
    return builtIn.has(format) || own.has(format);
  };
}

/** Letters in quotes, in brackets and behind a backslash are shown as they are. */
const showsDate = (code: string): boolean =>
  /[ymdhs]/i.test(
    code
      .replaceAll('&quot;', '"')
      .replaceAll(/"[^"]*"|\[[^\]]*\]|\\./g, '')
      .replaceAll(/general/gi, ''),
  );

const dayMs = 86_400_000;
/** The day that counts as 0; 29 February 1900 is counted too, though there was none. */
const epoch1900 = Date.UTC(1899, 11, 30);
const epoch1904 = Date.UTC(1904, 0, 1);

/** Writes the number of a day as `2026-11-24`, and with its time where it has one. */
export function dateReader(is1904: boolean): (serial: number) => string {
  const epoch = is1904 ? epoch1904 : epoch1900;
  return (serial) => {
    const at = new Date(epoch + Math.round(serial * 86_400) * 1000);
    if (Number.isNaN(at.getTime())) return String(serial);
    const text = at.toISOString();
    return at.getTime() % dayMs === 0 ? text.slice(0, 10) : text.slice(0, 19);
  };
}
