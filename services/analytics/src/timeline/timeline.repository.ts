import type { FieldClass } from '@crm/kit/record/field';
import { joinSql, raw, sql, type Sql } from '@crm/kit/sql';
import { rankOf, type TimelineKind, type TimelinePlace } from './timeline.ts';

/** Where entries of a kind come from: the customer is `p.parentId`. */
type Source = {
  readonly from: string;
  /** An instant; days begin in the company's time zone. */
  readonly at: string;
  /** 16 bytes, different for each entry of the kind. */
  readonly id: string;
  readonly title?: string;
  readonly status?: string;
  readonly amount?: string;
  readonly currency?: string;
  readonly staffId?: string;
  readonly fromValue?: string;
  readonly toValue?: string;
  readonly code?: string;
};

const ofDay = (column: string): string => `(CAST(${column} AS DATETIME(3)) - INTERVAL 8 HOUR)`;

const fact = (table: string, only = 'TRUE'): string =>
  `${table} f WHERE f.customerId = p.parentId AND f.deletedAt IS NULL AND ${only}`;

const money = { amount: 'f.amountAmount', currency: 'f.amountCurrency' } as const;

const factSources: Readonly<Partial<Record<TimelineKind, Source>>> = {
  ORDER: {
    ...money,
    from: fact('orderFact'),
    at: ofDay('f.orderedOn'),
    id: 'f.id',
    status: 'f.status',
    staffId: 'f.salespersonId',
  },
  PAYMENT: {
    ...money,
    from: fact('paymentFact'),
    at: ofDay('f.receivedOn'),
    id: 'f.id',
    status: 'f.method',
  },
  INTERACTION: {
    from: fact('interactionFact'),
    at: 'f.occurredAt',
    id: 'f.id',
    title: 'f.kind',
    status: 'f.outcome',
    staffId: 'f.staffId',
  },
  NEED: {
    from: fact('needFact'),
    at: 'f.createdAt',
    id: 'f.id',
    title: 'f.title',
    status: 'f.status',
  },
  OPPORTUNITY_OPENED: {
    ...money,
    from: fact('opportunityFact'),
    at: 'f.createdAt',
    id: 'f.id',
    title: 'f.name',
    status: 'f.stage',
    staffId: 'f.salespersonId',
  },
  OPPORTUNITY_CLOSED: {
    ...money,
    from: fact('opportunityFact', `f.closedOn IS NOT NULL AND f.status <> 'OPEN'`),
    at: ofDay('f.closedOn'),
    id: 'f.id',
    title: 'f.name',
    status: 'f.status',
    staffId: 'f.salespersonId',
  },
  COMPETITION: {
    from: fact('competitionFact'),
    at: ofDay('f.since'),
    id: 'f.id',
    title: '(SELECT c.name FROM competitor c WHERE c.id = f.competitorId)',
    status: 'f.standing',
    amount: 'f.quotedPriceAmount',
    currency: 'f.quotedPriceCurrency',
  },
  ALERT_OPENED: {
    from: fact('alertFact'),
    at: 'f.openedAt',
    id: 'f.id',
    title: 'f.ruleCode',
    status: 'f.severity',
    staffId: 'f.assigneeId',
  },
  ALERT_CLOSED: {
    from: fact('alertFact', 'f.closedAt IS NOT NULL'),
    at: 'f.closedAt',
    id: 'f.id',
    title: 'f.ruleCode',
    status: 'f.state',
    staffId: 'f.assigneeId',
  },
};

const change = (field: string): Source => ({
  from: `customerChange f WHERE f.customerId = p.parentId AND f.field = '${field}'`,
  at: 'f.changedAt',
  id: `UNHEX(LPAD(HEX(f.version), 32, '0'))`,
  staffId: 'f.changedById',
  fromValue: 'f.fromValue',
  toValue: 'f.toValue',
});

const changeSources: Readonly<Partial<Record<TimelineKind, Source>>> = {
  OWNER: change('ownerId'),
  STAGE: change('lifecycleStage'),
  LEVEL: change('level'),
  DESIGNATION: change('designation'),
};

/** Results of each model one after the other, of whose versions the viewer may read what they are made of. */
const grades = (classes: string): Source => ({
  from: `(SELECT g.modelId, g.code, g.validFrom, g.grade, g.validFrom AS since,
      LAG(g.grade) OVER results AS gradeBefore, LAG(g.validFrom) OVER results AS sinceBefore
    FROM (
      SELECT m.id AS modelId, m.code, s.modelVersion, s.validFrom, s.grade FROM evaluationModel m
      JOIN score s ON s.modelId = m.id AND s.subjectId = p.parentId WHERE m.subjectType = 'CUSTOMER'
      UNION ALL
      SELECT m.id, m.code, s.modelVersion, s.validFrom, s.grade FROM evaluationModel m
      JOIN scoreHistory s ON s.modelId = m.id AND s.subjectId = p.parentId
      WHERE m.subjectType = 'CUSTOMER'
    ) g JOIN evaluationModelVersion v
      ON v.modelId = g.modelId AND v.version = g.modelVersion AND v.class IN (${classes})
    WINDOW results AS (PARTITION BY g.modelId ORDER BY g.validFrom)) f
    WHERE f.sinceBefore IS NOT NULL AND NOT (f.grade <=> f.gradeBefore)`,
  at: 'f.validFrom',
  id: `UNHEX(LPAD(HEX(f.modelId), 32, '0'))`,
  fromValue: 'f.gradeBefore',
  toValue: 'f.grade',
  code: 'f.code',
});

/** From the tier before, or from none after a time without. The first tier is no change. */
const tiers = (classes: string): Source => ({
  from: `(SELECT d.id, d.code, m.fromSeq, m.tier, s.finishedAt,
      LAG(m.toSeq) OVER places AS endBefore, LAG(m.tier) OVER places AS tierBefore
    FROM pyramidDefinition d
    JOIN pyramidPlacement m ON m.definitionId = d.id AND m.subjectId = p.parentId
    JOIN pyramidSnapshot s ON s.definitionId = d.id AND s.seq = m.fromSeq AND s.state = 'DONE'
    WHERE d.deletedAt IS NULL AND d.class IN (${classes})
    WINDOW places AS (PARTITION BY d.id ORDER BY m.fromSeq)) f
    WHERE f.endBefore IS NOT NULL AND NOT (f.tier = f.tierBefore AND f.endBefore = f.fromSeq)`,
  at: 'f.finishedAt',
  id: 'f.id',
  fromValue: 'IF(f.endBefore = f.fromSeq, f.tierBefore, NULL)',
  toValue: 'f.tier',
  code: 'f.code',
});

function sourceOf(kind: TimelineKind, classes: readonly FieldClass[]): Source {
  const known = factSources[kind] ?? changeSources[kind];
  if (known) return known;
  const among = classes.map((each) => `'${each}'`).join(', ') || 'NULL';
  return kind === 'GRADE' ? grades(among) : tiers(among);
}

type Asked = {
  readonly kinds: readonly TimelineKind[];
  readonly classes: readonly FieldClass[];
  readonly after: TimelinePlace | null;
  readonly limit: number;
};

/** The next entries of the customer `p.parentId`, each kind by its key and then all together. */
export function entriesSql({ kinds, classes, after, limit }: Asked): Sql {
  const size = raw(String(limit));
  const parts = kinds.map(
    (kind) =>
      sql`(${columnsOf(kind, sourceOf(kind, classes))} AND ${afterSql(kind, sourceOf(kind, classes), after)}
        ORDER BY at DESC, id DESC LIMIT ${size})`,
  );
  return sql`${joinSql(parts, ' UNION ALL ')} ORDER BY at DESC, kindRank DESC, id DESC LIMIT ${size}`;
}

const asText = (value: string | undefined, size: number): string =>
  value ? `CONVERT(${value}, CHAR(${size}))` : 'NULL';

const columnsOf = (kind: TimelineKind, source: Source): Sql =>
  raw(`SELECT '${kind}' AS kind, ${rankOf(kind)} AS kindRank, CAST(${source.at} AS DATETIME(3)) AS at,
    ${source.id} AS id, ${asText(source.title, 200)} AS title, ${asText(source.status, 64)} AS status,
    ${source.amount ?? 'NULL'} AS amount, ${asText(source.currency, 3)} AS currency,
    ${source.staffId ?? 'NULL'} AS staffId, ${asText(source.fromValue, 64)} AS fromValue,
    ${asText(source.toValue, 64)} AS toValue, ${asText(source.code, 64)} AS code
    FROM ${source.from}`);

function afterSql(kind: TimelineKind, { at, id }: Source, after: TimelinePlace | null): Sql {
  if (after === null) return raw('TRUE');
  const [rank, rankAfter] = [rankOf(kind), rankOf(after.kind)];
  if (rank < rankAfter) return sql`${raw(at)} <= ${after.at}`;
  if (rank > rankAfter) return sql`${raw(at)} < ${after.at}`;
  return sql`(${raw(at)} < ${after.at} OR (${raw(at)} = ${after.at} AND ${raw(id)} < ${bytesOf(after.id)}))`;
}

/** Not all of them are ids of records. */
const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');
