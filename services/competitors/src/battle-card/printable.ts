import { readingOf } from '@crm/kit/record/policy';
import type { Viewer } from '@crm/kit/viewer';
import type { Competitor } from '../competitor/competitor.fields.ts';
import type { Context } from '../context.ts';
import { noStats } from '../stats/stats.queries.ts';
import { winRateOf, type CompetitorStats } from '../stats/stats.ts';
import type { BattleCard } from './battle-card.ts';
import {
  activitiesOfCard,
  comparisonsOfCard,
  intelligenceOfCard,
  literatureOfCard,
  lossesOfCard,
  productsOfCard,
} from './battle-card.queries.ts';
import { escapeHtml, headings, section, table } from './html.ts';

const style = `body{font:14px sans-serif;margin:2em}table{border-collapse:collapse;width:100%}
td{border:1px solid #999;padding:4px;text-align:left;vertical-align:top}`;

/** The card as a page of HTML without scripts or pictures, to be printed or kept. */
export async function printableCard(context: Context, card: BattleCard): Promise<string> {
  const { loaders, viewer } = context;
  const competitor = await loaders.competitor.loadRequired(card.competitorId);
  const stats = (await loaders.stats.load(competitor.id)) ?? noStats(competitor.id);
  const name = escapeHtml(competitor.name);
  return `<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>${name}</title><style>${style}</style></head>
<body><h1>${name}</h1>
${profile(viewer, competitor)}${record(stats)}
${await lists(context, card)}
</body></html>`;
}

const swotParts = ['strengths', 'weaknesses', 'opportunities', 'threats'] as const;

function profile(viewer: Viewer, { overview, ourStrategy, swot }: Competitor): string {
  // The values of the page are ours to keep back: nothing below the field masks them.
  const strategy = readingOf(viewer, 'CONFIDENTIAL') === 'read' ? ourStrategy : null;
  return [
    section(headings.overview, overview),
    ...swotParts.map((part) => section(headings[part], swot?.[part] ?? null)),
    section(headings.strategy, strategy),
  ].join('\n');
}

function record(stats: CompetitorStats): string {
  const rate = winRateOf(stats);
  const { won, lost, contested } = stats;
  return rate === null
    ? ''
    : section(
        headings.winRate,
        `${(Number(rate) * 100).toFixed(1)} % (${won} / ${won + lost}, ${contested})`,
      );
}

const rows = { first: 20 } as const;

async function lists(context: Context, card: BattleCard): Promise<string> {
  const [products, comparisons, activities, intelligence, losses, literature] = await Promise.all([
    productsOfCard(context, card, rows),
    comparisonsOfCard(context, card, rows),
    activitiesOfCard(context, card, rows),
    intelligenceOfCard(context, card, rows),
    lossesOfCard(context, card, rows),
    literatureOfCard(context, card, rows),
  ]);
  return [
    table(
      headings.products,
      products.nodes.map(({ name, listPrice, strengths, weaknesses }) => [
        name,
        listPrice ? `${listPrice.amount} ${listPrice.currency}` : '',
        strengths ?? '',
        weaknesses ?? '',
      ]),
    ),
    table(
      headings.comparisons,
      comparisons.nodes.map(({ criterion, ours, theirs, verdict }) => [
        criterion,
        ours ?? '',
        theirs ?? '',
        verdict,
      ]),
    ),
    table(
      headings.activities,
      activities.nodes.map(({ occurredOn, title, reliability }) => [
        occurredOn,
        title,
        reliability,
      ]),
    ),
    table(
      headings.intelligence,
      intelligence.nodes.map(({ observedOn, title, source }) => [observedOn, title, source ?? '']),
    ),
    table(
      headings.losses,
      losses.nodes.map(({ reviewedOn, lessons }) => [reviewedOn, lessons ?? '']),
    ),
    table(
      headings.literature,
      literature.nodes.map(({ name, note }) => [name, note ?? '']),
    ),
  ].join('\n');
}
