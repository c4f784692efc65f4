import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { idTable } from '@crm/kit/id-table';
import { companyDate } from '@crm/kit/record/criteria';
import type { Loader } from '@crm/kit/record/loader';
import { activeOnSql } from '@crm/kit/record/period';
import { scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { raw, sql } from '@crm/kit/sql';
import { AffiliationEntity, type Affiliation } from '../affiliation/affiliation.fields.ts';
import { PersonEntity } from '../person/person.fields.ts';
import { drawChart, type OrgChartNode, type ReportLine } from './org-chart.ts';

type ChartArgs = {
  readonly customerId: string;
  readonly asOf?: string | null;
  readonly depth: number;
};

export type OrgChart = {
  readonly customerId: string;
  readonly asOf: string;
  readonly nodes: readonly OrgChartNode[];
  readonly isTruncated: boolean;
};

const peopleMax = 500;
const depthMax = 50;

/** Who was at a customer on a day, and who reported to whom there: whom the viewer may read. */
export async function orgChart(
  context: RequestContext & { readonly loaders: { readonly currentCustomer: Loader<string> } },
  { customerId, asOf, depth }: ChartArgs,
): Promise<OrgChart> {
  if (depth < 1 || depth > depthMax) throw invalid(`depth takes 1 to ${depthMax}`);
  if (!isId(customerId)) throw invalid(`"${customerId}" is no id`);
  const day = asOf ?? companyDate(context.app.now());
  const current = await context.loaders.currentCustomer.loadRequired(customerId);
  const found = await affiliationsOn(context, current, day);
  const affiliations = found.slice(0, peopleMax);
  const lines = await linesAmong(
    context,
    affiliations.map(({ personId }) => personId),
    day,
  );
  const nodes = drawChart(affiliations, lines);
  const shown = nodes.filter((node) => node.depth < depth);
  return {
    customerId: current,
    asOf: day,
    nodes: shown,
    isTruncated: found.length > peopleMax || shown.length < nodes.length,
  };
}

/** Key people first, in their order. */
function affiliationsOn(
  { app, viewer }: RequestContext,
  customerId: string,
  day: string,
): Promise<Affiliation[]> {
  const now = app.now();
  return selectRows(
    app.db.manager,
    AffiliationEntity,
    sql`JOIN person p ON p.id = t.personId AND p.deletedAt IS NULL
      AND ${scopeSql(viewer, 'read', { entity: PersonEntity, alias: 'p', now })}
      WHERE t.customerId = ${idToBytes(customerId)} AND t.deletedAt IS NULL
        AND ${activeOnSql('t', day)}
        AND ${scopeSql(viewer, 'read', { entity: AffiliationEntity, alias: 't', now })}
      ORDER BY t.sequence IS NULL, t.sequence, t.id LIMIT ${raw(String(peopleMax + 1))}`,
  );
}

async function linesAmong(
  { app }: RequestContext,
  personIds: readonly string[],
  day: string,
): Promise<ReportLine[]> {
  const there = new Set(personIds);
  // Two lists of 500 would take MySQL several times as long as the rows themselves.
  const { text, values } = sql`SELECT t.fromId, t.toId, t.strength FROM ${idTable(personIds)} p
    STRAIGHT_JOIN personRelationship t ON t.fromId = UNHEX(p.hex) AND t.type = 'REPORTS_TO'
    WHERE t.deletedAt IS NULL AND ${activeOnSql('t', day)} ORDER BY t.id`;
  const rows: { fromId: Uint8Array; toId: Uint8Array; strength: number }[] =
    await app.db.manager.query(text, [...values]);
  return rows
    .map(({ fromId, toId, strength }) => ({
      fromId: idFromBytes(fromId),
      toId: idFromBytes(toId),
      strength,
    }))
    .filter(({ toId }) => there.has(toId));
}
