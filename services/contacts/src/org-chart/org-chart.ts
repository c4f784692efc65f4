import type { Affiliation } from '../affiliation/affiliation.fields.ts';

export type ReportLine = {
  readonly fromId: string;
  readonly toId: string;
  readonly strength: number;
};

export type OrgChartNode = {
  readonly personId: string;
  readonly affiliation: Affiliation;
  /** Whom the person reports to there, of several the strongest. */
  readonly parentId: string | null;
  readonly otherParentIds: readonly string[];
  readonly depth: number;
};

/**
 * The people of an organisation level by level, from those who report to nobody there. Lines lead up
 * and never round, so that everybody is reached.
 */
export function drawChart(
  affiliations: readonly Affiliation[],
  lines: readonly ReportLine[],
): readonly OrgChartNode[] {
  const above = linesByStart(lines);
  const below = new Map<string | null, Affiliation[]>();
  for (const affiliation of affiliations) {
    const parentId = above.get(affiliation.personId)?.[0]?.toId ?? null;
    below.set(parentId, [...(below.get(parentId) ?? []), affiliation]);
  }
  const nodes: OrgChartNode[] = [];
  let level: readonly (string | null)[] = [null];
  for (let depth = 0; level.length > 0; depth += 1) {
    const found = level.flatMap((parentId) =>
      (below.get(parentId) ?? []).map((affiliation): OrgChartNode => ({
        personId: affiliation.personId,
        affiliation,
        parentId,
        otherParentIds: (above.get(affiliation.personId) ?? []).slice(1).map(({ toId }) => toId),
        depth,
      })),
    );
    nodes.push(...found);
    level = found.map(({ personId }) => personId);
  }
  return nodes;
}

/** The strongest line of each person first. */
function linesByStart(lines: readonly ReportLine[]): ReadonlyMap<string, readonly ReportLine[]> {
  const groups = new Map<string, ReportLine[]>();
  for (const line of lines.toSorted((a, b) => b.strength - a.strength)) {
    const group = groups.get(line.fromId) ?? [];
    group.push(line);
    groups.set(line.fromId, group);
  }
  return groups;
}
