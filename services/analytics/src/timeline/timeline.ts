import { invalid } from '@crm/kit/errors';
import { z } from 'zod';
import { describeObject } from '@crm/kit/record/entity';
import { choice, dateTime, text } from '@crm/kit/record/field';

/** What can have happened to a customer, from the last to the first of what happens at one instant. */
export const kindLabels = {
  ORDER: { zh: '订单', en: 'Order' },
  PAYMENT: { zh: '收款', en: 'Payment' },
  INTERACTION: { zh: '联络', en: 'Interaction' },
  NEED: { zh: '需求', en: 'Need' },
  OPPORTUNITY_OPENED: { zh: '商机建立', en: 'Opportunity opened' },
  OPPORTUNITY_CLOSED: { zh: '商机关闭', en: 'Opportunity closed' },
  COMPETITION: { zh: '竞争对手介入', en: 'Competitor appeared' },
  ALERT_OPENED: { zh: '预警产生', en: 'Alert opened' },
  ALERT_CLOSED: { zh: '预警关闭', en: 'Alert closed' },
  OWNER: { zh: '负责人变更', en: 'Owner changed' },
  STAGE: { zh: '阶段变更', en: 'Stage changed' },
  LEVEL: { zh: '级别变更', en: 'Level changed' },
  DESIGNATION: { zh: '价值定位变更', en: 'Designation changed' },
  GRADE: { zh: '评估等级变更', en: 'Grade changed' },
  TIER: { zh: '金字塔层级变更', en: 'Tier changed' },
} as const;

export type TimelineKind = keyof typeof kindLabels;

const isKind = (name: string): name is TimelineKind => Object.hasOwn(kindLabels, name);

export const timelineKinds: readonly TimelineKind[] = Object.keys(kindLabels).filter(isKind);

/** Its words in the metadata of the service. */
export const TimelineEntryObject = describeObject('TimelineEntry', {
  kind: choice(kindLabels, { required: true, label: { zh: '类型', en: 'Kind' } }),
  at: dateTime({ required: true, label: { zh: '时间', en: 'At' } }),
  title: text({ max: 200, label: { zh: '内容', en: 'Title' } }),
  from: text({ max: 64, label: { zh: '原值', en: 'From' } }),
  to: text({ max: 64, label: { zh: '新值', en: 'To' } }),
});

export type TimelineEntry = {
  readonly kind: TimelineKind;
  readonly at: Date;
  /** Of the record; of what has none, something that is different for each entry of the kind. */
  readonly id: string;
  readonly title: string | null;
  readonly status: string | null;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly staffId: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** Of the model or the pyramid. */
  readonly code: string | null;
};

/** The newest first; at one instant by kind and then by id, backwards. */
export type TimelinePlace = Pick<TimelineEntry, 'at' | 'id' | 'kind'>;

export const rankOf = (kind: TimelineKind): number => timelineKinds.indexOf(kind);

export const cursorOf = ({ at, kind, id }: TimelinePlace): string =>
  Buffer.from(JSON.stringify([at.toISOString(), kind, id])).toString('base64url');

const cursorSchema = z.tuple([z.iso.datetime(), z.string(), z.string().regex(/^[\da-f-]{36}$/)]);

export function readCursor(cursor: string): TimelinePlace {
  try {
    const [at, kind, id] = cursorSchema.parse(
      JSON.parse(Buffer.from(cursor, 'base64url').toString()),
    );
    if (isKind(kind)) return { at: new Date(at), kind, id };
  } catch {
    // It is none, as one of another list is.
  }
  throw invalid('The cursor is not one of this list');
}

/** The record that an entry is of, as the graph calls its kind. */
const recordTypes = {
  ORDER: 'SalesOrder',
  PAYMENT: 'Payment',
  INTERACTION: 'Interaction',
  NEED: 'Need',
  OPPORTUNITY_OPENED: 'Opportunity',
  OPPORTUNITY_CLOSED: 'Opportunity',
  COMPETITION: 'OpportunityCompetitor',
  ALERT_OPENED: 'Alert',
  ALERT_CLOSED: 'Alert',
} as const satisfies Partial<Record<TimelineKind, string>>;

type RecordType = (typeof recordTypes)[keyof typeof recordTypes];

const hasRecord = (kind: TimelineKind): kind is keyof typeof recordTypes =>
  Object.hasOwn(recordTypes, kind);

/** Null for changes of the customer itself. */
export const recordOf = ({
  kind,
  id,
}: TimelineEntry): { readonly __typename: RecordType; readonly id: string } | null =>
  hasRecord(kind) ? { __typename: recordTypes[kind], id } : null;
