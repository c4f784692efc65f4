import { describe, expect, test } from '@jest/globals';
import { SaxesParser } from 'saxes';
import { distributionPicture } from './distribution-chart.ts';
import { drawPicture, type Picture } from './draw.ts';
import { valueText } from './figure-text.ts';
import { historyPicture } from './history-chart.ts';
import { lookOf, type AskedLook } from './look.ts';
import { migrationPicture } from './migration-chart.ts';
import { pyramidPicture } from './pyramid-chart.ts';
import { scorePicture } from './score-chart.ts';

const zh: AskedLook = { locale: 'ZH_CN', theme: 'LIGHT', width: 860 };
const en: AskedLook = { ...zh, locale: 'EN' };

const top = { zh: '顶级客户', en: 'Top' };
const small = { zh: '小客户', en: 'Small' };
const company = { zh: '恒泰机械', en: '恒泰机械' };

const pyramid = (title = company): Parameters<typeof pyramidPicture>[0] => ({
  title,
  factor: { zh: '本年订单金额', en: 'Order amount this year' },
  unit: 'CNY',
  asOf: '2026-11-30',
  tiers: [
    { label: top, count: 12, shareOfCount: 0.012, sum: '48210330.50', shareOfSum: 0.41 },
    { label: small, count: 980, shareOfCount: 0.98, sum: '69377792.00', shareOfSum: 0.59 },
    { label: title, count: 8, shareOfCount: 0.008, sum: null, shareOfSum: null },
  ],
});

const migration = (title = company): Parameters<typeof migrationPicture>[0] => ({
  title,
  from: '2025-11-30',
  to: '2026-11-30',
  tiers: [
    { code: 'TOP', label: small },
    { code: 'SMALL', label: title },
  ],
  moves: [
    { from: 'TOP', to: 'TOP', count: 7 },
    { from: 'TOP', to: 'SMALL', count: 3 },
    { from: 'SMALL', to: 'TOP', count: 2 },
    { from: null, to: 'SMALL', count: 1200 },
  ],
});

const score = (title = company): Parameters<typeof scorePicture>[0] => ({
  title,
  score: '52.50',
  scale: '100',
  grade: small,
  isOverridden: false,
  categories: [
    {
      label: { zh: '交易', en: 'Transactions' },
      criteria: [
        { label: title, value: '¥33.1万', contribution: '41.25', maximum: '60.00' },
        { label: title, value: null, contribution: '11.25', maximum: '40.00' },
      ],
    },
  ],
});

const history = (title = company): Parameters<typeof historyPicture>[0] => ({
  title,
  scale: '100',
  grades: [
    { label: top, from: 70 },
    { label: title, from: 0 },
  ],
  points: [
    // Midnight in Shanghai is still the day before elsewhere.
    { validFrom: new Date('2026-01-31T16:00:00Z'), score: '44.00', grade: small },
    { validFrom: new Date('2026-08-02T01:00:00Z'), score: '81.20', grade: top },
  ],
  until: new Date('2026-11-30T04:00:00Z'),
});

const distribution = (title = company): Parameters<typeof distributionPicture>[0] => ({
  title,
  grades: [
    { label: small, before: 1200, after: 900 },
    { label: title, before: 98_800, after: 99_100 },
  ],
  changed: 460,
});

const pictures: readonly [
  name: string,
  draw: (look: AskedLook, title?: typeof company) => Picture,
][] = [
  ['pyramid', (look, title) => pyramidPicture(pyramid(title), look)],
  ['migration', (look, title) => migrationPicture(migration(title), look)],
  ['score', (look, title) => scorePicture(score(title), look)],
  ['history', (look, title) => historyPicture(history(title), look)],
  ['distribution', (look, title) => distributionPicture(distribution(title), look)],
];

type Seen = {
  readonly texts: readonly string[];
  readonly tags: ReadonlySet<string>;
  readonly attributes: ReadonlySet<string>;
};

/** What a strict reader of XML makes of a picture. It throws at the first mistake. */
function read(svg: string): Seen {
  const texts: string[] = [];
  const tags = new Set<string>();
  const attributes = new Set<string>();
  const parser = new SaxesParser();
  parser.on('text', (text) => text.trim() && texts.push(text));
  parser.on('opentag', (tag) => {
    tags.add(tag.name);
    for (const name of Object.keys(tag.attributes)) attributes.add(name);
  });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(svg).close();
  return { texts, tags, attributes };
}

const textsOf = async (picture: Picture): Promise<readonly string[]> =>
  read(await drawPicture(picture)).texts;

describe.each(pictures)('the picture of a %s', (_, draw) => {
  test.each([zh, en])('has a title and all its content in words, in $locale', async (look) => {
    const svg = await drawPicture(draw(look));
    const [title, description] = read(svg).texts;
    expect(title).toBe('恒泰机械');
    expect(description).toContain(look.locale === 'EN' ? 'Small' : '小客户');
    expect(svg).toMatch(/^<svg width="860" height="\d+" [^>]*role="img"/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('consists of shapes and texts alone, which a page can hold twice', async () => {
    const { tags, attributes } = read(await drawPicture(draw(zh)));
    const known = [
      'svg',
      'title',
      'desc',
      'rect',
      'path',
      'text',
      'tspan',
      'g',
      'circle',
      'ellipse',
      'polyline',
      'polygon',
    ];
    expect([...tags].filter((tag) => !known.includes(tag))).toEqual([]);
    expect(
      [...attributes].filter((name) => /^(?:on|id$|class$|href|xlink:href|ecmeta)/.test(name)),
    ).toEqual([]);
  });

  test('is the same whenever it is drawn', async () => {
    expect(await drawPicture(draw(zh))).toBe(await drawPicture(draw(zh)));
  });

  test.each([
    ['<script>alert(1)</script>'],
    ['"/><image href="x" onerror="alert(1)"/>'],
    [']]></style><svg onload="alert(1)">'],
    ["'; font-family:x; '"],
    ['{b} {c} {a|rich} %d $& &amp; \\'],
    ['\u0000\u0008\uD800 \u202E\u{1F600}', '\uFFFD\uFFFD\uFFFD \u202E\u{1F600}'],
    ['长'.repeat(200)],
  ])('shows the name %j as text', async (name, shown = name) => {
    const { texts, tags } = read(await drawPicture(draw(en, { zh: name, en: name })));
    expect(texts[0] ?? '').toBe(shown);
    expect([...tags]).not.toEqual(expect.arrayContaining(['script']));
    expect([...tags]).not.toEqual(expect.arrayContaining(['image']));
  });

  test('is dark where a page is dark', async () => {
    expect(await drawPicture(draw({ ...zh, theme: 'DARK' }))).toContain('fill="#12161d"');
  });
});

describe('what a picture says', () => {
  test('shares and sums of a pyramid, in the words of the language', async () => {
    expect(await textsOf(pyramidPicture(pyramid(), zh))).toEqual(
      expect.arrayContaining(['12  (1.2%)', '¥4821万  (41%)', '无数据']),
    );
    expect(await textsOf(pyramidPicture(pyramid(), en))).toEqual(
      expect.arrayContaining(['12  (1.2%)', 'CN¥48.2M  (41%)', 'no data']),
    );
  });

  test('who moved up and down between two days', async () => {
    const texts = await textsOf(migrationPicture(migration(), en));
    expect(texts).toContain('moved up 2 · moved down 3 · stayed 7');
    expect(texts).toEqual(expect.arrayContaining(['7', '3', '2', '1,200']));
  });

  test('what each criterion gave, and each category', async () => {
    expect(await textsOf(scorePicture(score(), zh))).toEqual(
      expect.arrayContaining([
        '52.50 / 100.00',
        '41.25 / 60.00   ¥33.1万',
        '11.25 / 40.00   无数据',
        '得分 52.50 / 100 · 小客户',
      ]),
    );
  });

  test('that a score was put in the place of the computed one', async () => {
    expect(await textsOf(scorePicture({ ...score(), isOverridden: true }, en))).toContain(
      'Score 52.50 / 100 · Small · overridden',
    );
  });

  test.each([
    ['331000.12', 'CNY', '¥33.1万', 'CN¥331K'],
    ['0.25412', null, '0.2541', '0.2541'],
    ['42', 'DAY', '42 天', '42 days'],
    ['1.5', 'PER_MONTH', '每月 1.5', '1.5 a month'],
  ])('the value %s of unit %s', (value, unit, inChinese, inEnglish) => {
    expect(valueText(zh, value, unit)).toBe(inChinese);
    expect(valueText(en, value, unit)).toBe(inEnglish);
  });

  test('a score without enough data, and one without a history', async () => {
    const none = { ...score(), score: null, grade: null };
    expect(await textsOf(scorePicture(none, en))).toContain('Score — / 100 · not enough data');
    expect(await textsOf(historyPicture({ ...history(), points: [] }, en))).toContain(
      'nothing recorded',
    );
  });

  test('days of a history in the time of the company', async () => {
    const [, description] = await textsOf(historyPicture(history(), zh));
    expect(description).toContain('2026年2月1日 44.00 小客户');
  });

  test('how many change their grade by a draft', async () => {
    const texts = await textsOf(distributionPicture(distribution(), zh));
    expect(texts).toContain('评估 100,000 个 · 460 个改变等级 (0.5%)');
    expect(texts).toContain('9.9万');
  });

  test('nothing breaks where there is nothing to draw', async () => {
    const empty = [
      pyramidPicture({ ...pyramid(), tiers: [] }, zh),
      pyramidPicture(
        {
          ...pyramid(),
          tiers: [{ label: top, count: 0, shareOfCount: 0, sum: '0', shareOfSum: 0 }],
        },
        zh,
      ),
      migrationPicture({ ...migration(), tiers: [], moves: [] }, zh),
      scorePicture({ ...score(), categories: [] }, zh),
      distributionPicture({ ...distribution(), grades: [] }, zh),
      ...pictures.map(([, draw]) => draw(zh, { zh: '', en: '' })),
    ];
    for (const picture of empty)
      expect(await drawPicture(picture)).not.toMatch(/NaN|undefined|Infinity/);
  });
});

test.each([
  [{ width: 199 }, 'width'],
  [{ width: 4001 }, 'width'],
  [{ width: 800, height: 100_000 }, 'height'],
])('refuses a size of %j', (size, path) => {
  expect(() => lookOf({ ...zh, ...size }, 300)).toThrow(
    expect.objectContaining({ message: expect.stringContaining('200 to 4000') }),
  );
  expect(() => lookOf({ ...zh, ...size }, 300)).toThrow(
    expect.objectContaining({
      extensions: expect.objectContaining({ fields: [expect.objectContaining({ path })] }),
    }),
  );
});
