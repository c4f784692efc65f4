import type { Entity } from '@crm/kit/record/entity';
import type { EventType, RecordedEvent } from '@crm/kit/event/event';
import {
  AlertAcknowledged,
  AlertAssigned,
  AlertDismissed,
  AlertEscalated,
  AlertOpened,
  AlertResolved,
  AlertSnoozed,
  AlertWoken,
} from '@crm/schemas/events/alert';
import {
  InteractionAmended,
  InteractionLogged,
  InteractionRemoved,
} from '@crm/schemas/events/interaction';
import { NeedChanged, NeedFulfilled, NeedRecorded } from '@crm/schemas/events/need';
import {
  OpportunityAbandoned,
  OpportunityLost,
  OpportunityOpened,
  OpportunityReopened,
  OpportunityStageChanged,
  OpportunityUpdated,
  OpportunityWon,
} from '@crm/schemas/events/opportunity';
import {
  OpportunityCompetitorAdded,
  OpportunityCompetitorRemoved,
  OpportunityCompetitorStandingChanged,
  OpportunityCompetitorUpdated,
} from '@crm/schemas/events/opportunity-competitor';
import { OrderAmended, OrderCancelled, OrderRecorded } from '@crm/schemas/events/order';
import { PaymentAmended, PaymentReceived } from '@crm/schemas/events/payment';
import {
  ReceivableCancelled,
  ReceivableChanged,
  ReceivableOpened,
  ReceivableSettled,
} from '@crm/schemas/events/receivable';
import { SurveyAnswered } from '@crm/schemas/events/survey';
import { InteractionFact } from './interaction.fields.ts';
import { OrderFact, OrderLineFact, PaymentFact, ReceivableFact } from './fact.fields.ts';
import { SurveyResponseFact } from './survey.fields.ts';
import { AlertFact, CompetitionFact, NeedFact, OpportunityFact } from './sales.fields.ts';

/** The facts that `factAggregate` adds up, by their names in the graph. */
export const facts = {
  ORDER: OrderFact,
  ORDER_LINE: OrderLineFact,
  PAYMENT: PaymentFact,
  RECEIVABLE: ReceivableFact,
  INTERACTION: InteractionFact,
  NEED: NeedFact,
  OPPORTUNITY: OpportunityFact,
  COMPETITION: CompetitionFact,
  ALERT: AlertFact,
  SURVEY_RESPONSE: SurveyResponseFact,
} as const;

export type FactKind = keyof typeof facts;

export type Teller = {
  readonly kind: FactKind;
  readonly fact: Entity;
  readonly types: readonly EventType[];
};

/** Which events tell which fact. The lines of an order come with it. */
export const tellers: readonly Teller[] = [
  { kind: 'ORDER', fact: OrderFact, types: [OrderRecorded, OrderAmended, OrderCancelled] },
  { kind: 'PAYMENT', fact: PaymentFact, types: [PaymentReceived, PaymentAmended] },
  {
    kind: 'RECEIVABLE',
    fact: ReceivableFact,
    types: [ReceivableOpened, ReceivableChanged, ReceivableSettled, ReceivableCancelled],
  },
  {
    kind: 'INTERACTION',
    fact: InteractionFact,
    types: [InteractionLogged, InteractionAmended, InteractionRemoved],
  },
  { kind: 'NEED', fact: NeedFact, types: [NeedRecorded, NeedChanged, NeedFulfilled] },
  {
    kind: 'OPPORTUNITY',
    fact: OpportunityFact,
    types: [
      OpportunityOpened,
      OpportunityUpdated,
      OpportunityStageChanged,
      OpportunityWon,
      OpportunityLost,
      OpportunityAbandoned,
      OpportunityReopened,
    ],
  },
  {
    kind: 'COMPETITION',
    fact: CompetitionFact,
    types: [
      OpportunityCompetitorAdded,
      OpportunityCompetitorUpdated,
      OpportunityCompetitorStandingChanged,
      OpportunityCompetitorRemoved,
    ],
  },
  {
    kind: 'ALERT',
    fact: AlertFact,
    types: [
      AlertOpened,
      AlertAssigned,
      AlertAcknowledged,
      AlertSnoozed,
      AlertWoken,
      AlertEscalated,
      AlertResolved,
      AlertDismissed,
    ],
  },
  { kind: 'SURVEY_RESPONSE', fact: SurveyResponseFact, types: [SurveyAnswered] },
];

/** What was cancelled or removed is a fact no more. */
const ends: readonly string[] = [
  OrderCancelled.type,
  ReceivableCancelled.type,
  InteractionRemoved.type,
  OpportunityCompetitorRemoved.type,
];

export const isEnd = ({ type }: Pick<RecordedEvent, 'type'>): boolean => ends.includes(type);

/** These tell nothing but the end. */
const bareEnds: readonly string[] = [InteractionRemoved.type, OpportunityCompetitorRemoved.type];

const closings: readonly string[] = [AlertResolved.type, AlertDismissed.type];

/** What an event tells of its fact, under the names of the fact's fields; null for an end. */
export function valuesOf(event: RecordedEvent<object>): object | null {
  const { type, data, customerId, occurredAt } = event;
  if (bareEnds.includes(type)) return null;
  const values = { ...data, customerId };
  if ('staffIds' in data && Array.isArray(data.staffIds)) {
    return { ...values, staffId: data.staffIds[0] ?? null };
  }
  return closings.includes(type) ? { closedAt: occurredAt, ...values } : values;
}
