import { otherTurns } from '@crm/kit/turns';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { paletteOf, type Look } from './look.ts';

/** A chart as data, with what somebody who can't see it is told. */
export type Picture = {
  readonly look: Look;
  readonly title: string;
  /** The whole content in words. */
  readonly description: string;
  readonly option: EChartsCoreOption;
};

/** Chinese and Latin text on what systems have. Said once, at the root, where a page may say another. */
const fontFamily =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";

/** Loaded when the first picture is asked for: a service that draws none is 40 MB smaller. */
let library: Promise<Library> | null = null;

type Library = {
  readonly init: (dom: null, theme: null, options: object) => EChartsType;
};

async function load(): Promise<Library> {
  const core = await import('echarts/core');
  const charts = await import('echarts/charts');
  const components = await import('echarts/components');
  const renderers = await import('echarts/renderers');
  core.use([
    charts.BarChart,
    charts.CustomChart,
    charts.FunnelChart,
    charts.LineChart,
    components.GridComponent,
    components.LegendComponent,
    components.MarkAreaComponent,
    components.TitleComponent,
    renderers.SVGRenderer,
  ]);
  return core;
}

/** An SVG document that needs nothing else: no script, no style sheet, no font, no address. */
export async function drawPicture({ look, title, description, option }: Picture): Promise<string> {
  library ??= load();
  const echarts = await library;
  await otherTurns();
  const chart = echarts.init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: look.width,
    height: look.height,
  });
  try {
    chart.setOption({
      animation: false,
      useUTC: true,
      backgroundColor: paletteOf(look).surface,
      textStyle: { fontFamily },
      ...option,
    });
    return dressed(chart.renderToSVGString(), { title, description });
  } finally {
    chart.dispose();
  }
}

/**
 * What the library adds for the pointer, and cuts at the edge of a chart whose names would clash in a
 * page with two of them. Quotes and brackets in texts are escaped before, so it finds none of those.
 */
const unneeded =
  /<style >.*?<\/style>\n?|<defs >.*?<\/defs>\n?| clip-path="url\(#zr[^"]*"| class="zr[^"]*"| ecmeta_[a-z_]+="[^"]*"/gs;

function dressed(
  svg: string,
  { title, description }: Pick<Picture, 'description' | 'title'>,
): string {
  const head = `<title>${escaped(title)}</title><desc>${escaped(description)}</desc>`;
  return svg
    .replaceAll(unneeded, '')
    .replaceAll(`font-family:${fontFamily};`, '')
    .replace(
      /<svg [^>]*>/,
      (tag) => `${tag.slice(0, -1)} role="img" font-family="${fontFamily}">${head}`,
    )
    .replaceAll(unwritable, '\u{FFFD}');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (each) => entities[each] ?? '');

/** No document of XML may hold these, escaped or not. */
const unwritable = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
