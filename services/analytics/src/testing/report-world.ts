import { nextOccurrence, type CalendarDate } from '@crm/kit/calendar/calendar-date';
import { transact, type Database } from '@crm/kit/database/database';
import type { RecordedEvent } from '@crm/kit/event/event';
import { idToBytes, newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import { AffiliationStarted } from '@crm/schemas/events/affiliation';
import { AlertOpened } from '@crm/schemas/events/alert';
import { CompetitorCreated } from '@crm/schemas/events/competitor';
import { NeedRecorded } from '@crm/schemas/events/need';
import { OpportunityOpened } from '@crm/schemas/events/opportunity';
import { OpportunityCompetitorAdded } from '@crm/schemas/events/opportunity-competitor';
import { PersonCreated, PersonParticularsChanged } from '@crm/schemas/events/person';
import { takeNextSnapshot } from '../pyramid/pyramid.job.ts';
import { apply, created, eventOf, logged, ordered } from './events.ts';
import { seededRandom } from './exact-score.ts';

/** A customer with all that reports ask of, as a plain object: what a filter finds can be found by hand. */
export type Known = {
  readonly id: string;
  readonly name: string;
  readonly level: string;
  readonly ownerId: string;
  readonly teamId: string;
  /** In CNY, each with its day. */
  readonly orders: readonly { readonly amount: number; readonly on: string }[];
  readonly birthday: CalendarDate | null;
  /** Is there today. */
  readonly isThere: boolean;
  readonly isAlive: boolean;
  readonly rivals: readonly string[];
  readonly needs: readonly string[];
  readonly visits: readonly string[];
  readonly hasAlert: boolean;
  readonly grade: string | null;
  readonly credit: string;
  readonly inSegment: boolean;
};

type World = {
  readonly all: readonly Known[];
  /** One in ten customers is of this one. */
  readonly rep: string;
  readonly team: string;
  readonly strong: string;
  readonly weak: string;
};

const pick = <Value>(random: (below: number) => number, of: readonly Value[]): Value => {
  const value = of[random(of.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
};

const day = (random: (below: number) => number, year: number): string =>
  `${year}-${String(1 + random(11)).padStart(2, '0')}-${String(1 + random(28)).padStart(2, '0')}`;

function birthdayOf(random: (below: number) => number): CalendarDate | null {
  if (random(5) === 0) return null;
  const isLunar = random(3) === 0;
  return {
    calendar: isLunar ? 'CHINESE_LUNAR' : 'GREGORIAN',
    year: null,
    month: pick(random, [1, 3, 10, 11, 12]),
    day: 1 + random(isLunar ? 30 : 29),
    leapMonth: false,
  };
}

/** Whether it falls between two days, found day by day of the calendar and not by a key. */
export const fallsIn = (birthday: CalendarDate, from: string, to: string): boolean =>
  nextOccurrence(birthday, from) <= to;

/** The same customers in every run, but for their ids. */
export function someCustomers(count: number): World {
  const random = seededRandom(7);
  const [rep, team, otherTeam, strong, weak] = [newId(), newId(), newId(), newId(), newId()];
  const others = [newId(), newId()];
  const all = Array.from({ length: count }, (_, at): Known => {
    const isOfRep = at % 10 === 3;
    return {
      id: newId(),
      name: `客户${at}`,
      level: pick(random, ['STRATEGIC', 'KEY', 'SMALL']),
      ownerId: isOfRep ? rep : pick(random, others),
      teamId: isOfRep ? team : otherTeam,
      orders: Array.from({ length: random(4) }, () => ({
        amount: 1 + random(9000),
        on: day(random, pick(random, [2024, 2025, 2026])),
      })),
      birthday: birthdayOf(random),
      isThere: random(6) > 0,
      isAlive: random(9) > 0,
      rivals: [strong, weak].filter(() => random(3) === 0),
      needs: Array.from({ length: random(3) }, () => day(random, 2026)),
      visits: Array.from({ length: random(5) }, () => day(random, 2026)),
      hasAlert: random(4) === 0,
      grade: pick(random, ['STRATEGIC', 'KEY', 'REGULAR', 'SMALL', null]),
      credit: pick(random, ['A', 'B', 'C', 'D']),
      inSegment: random(3) === 0,
    };
  });
  return { all, rep, team, strong, weak };
}

/** Of the 90 days up to the day of the tests. */
export const isRecent = (on: string): boolean => on >= '2026-08-27' && on <= '2026-11-24';

export const ordersOf = ({ orders }: Known): number =>
  orders.reduce((sum, { amount }) => sum + amount, 0);

const atTen = (on: string): string => `${on}T02:00:00Z`;

const told = (event: RecordedEvent, occurredAt: string): RecordedEvent => ({
  ...event,
  occurredAt,
});

function eventsOf(known: Known, { strong }: World): RecordedEvent[] {
  const { id, name, level, ownerId, teamId } = known;
  return [
    created(id, { name, level, ownerId, teamId }),
    ...known.orders.map(({ amount, on }) => ordered(id, `${amount}.00`, { orderedOn: on })),
    ...principalOf(known),
    ...known.rivals.flatMap((rival) => contest(id, rival, rival === strong)),
    ...known.needs.map((on) => told(needOf(id), atTen(on))),
    ...known.visits.map((on) => logged(id, { occurredAt: atTen(on) })),
    // No visit, which a figure of visits must not count.
    logged(id, { kind: 'CALL', occurredAt: atTen('2026-11-10') }),
    ...(known.hasAlert ? [alertOf(id)] : []),
  ];
}

function principalOf({ id, name, birthday, isAlive, isThere }: Known): RecordedEvent[] {
  const personId = newId();
  const status = isAlive ? ('ACTIVE' as const) : ('DECEASED' as const);
  const person = { code: name, name, gender: null, status, ownerId: null, teamId: null };
  const affiliation = {
    personId,
    customerId: id,
    organizationName: null,
    roles: ['PRINCIPAL'],
    sequence: null,
    department: null,
    jobTitle: null,
    isPrimary: true,
    isProxy: false,
    validFrom: null,
    validTo: isThere ? null : '2026-01-31',
    endReason: null,
  };
  return [
    eventOf(PersonCreated, { id: personId }, person),
    eventOf(PersonParticularsChanged, { id: personId }, { birthday, contactPoints: [] }),
    eventOf(AffiliationStarted, { id: newId(), customerId: id }, affiliation),
  ];
}

const needOf = (customerId: string): RecordedEvent =>
  eventOf(
    NeedRecorded,
    { id: newId(), customerId },
    {
      title: '泵',
      status: 'OPEN',
      priority: 'HIGH',
      productId: null,
      neededBy: null,
      raisedById: null,
      interactionId: null,
      opportunityId: null,
    },
  );

/** An opportunity of the customer for which a competitor competes. */
function contest(customerId: string, competitorId: string, isStrong: boolean): RecordedEvent[] {
  const opportunityId = newId();
  return [
    eventOf(
      OpportunityOpened,
      { id: opportunityId, customerId },
      {
        name: '泵站',
        stage: 'QUALIFY',
        status: 'OPEN',
        amount: { amount: '300.00', currency: 'CNY' },
        probability: 50,
        expectedCloseOn: null,
        needId: null,
        salespersonId: null,
        closedOn: null,
        winReason: null,
        lossReason: null,
      },
    ),
    eventOf(
      OpportunityCompetitorAdded,
      { id: newId(), customerId },
      {
        opportunityId,
        customerId,
        competitorId,
        standing: isStrong ? 'LEADING' : 'ACTIVE',
        since: '2026-10-01',
        incumbent: false,
        quotedPrice: null,
        productIds: [],
      },
    ),
  ];
}

const alertOf = (customerId: string): RecordedEvent =>
  eventOf(
    AlertOpened,
    { id: newId(), customerId },
    {
      ruleCode: 'contact_overdue',
      severity: 'HIGH',
      state: 'OPEN',
      assigneeId: null,
      openedAt: '2026-11-01T00:00:00Z',
    },
  );

const competitorOf = (id: string, code: string): RecordedEvent =>
  eventOf(
    CompetitorCreated,
    { id },
    {
      code,
      name: code,
      shortName: null,
      category: 'MAJOR',
      threatLevel: 'HIGH',
      scale: null,
      region: null,
    },
  );

const customersAtOnce = 40;

/** Tells the service all of it; scores and segments are written as their jobs would. */
export async function tellWorld(db: Database, world: World): Promise<void> {
  await apply(db, [competitorOf(world.strong, 'STRONG'), competitorOf(world.weak, 'WEAK')]);
  for (let at = 0; at < world.all.length; at += customersAtOnce) {
    const part = world.all.slice(at, at + customersAtOnce);
    await apply(
      db,
      part.flatMap((known) => eventsOf(known, world)),
    );
  }
  const grades = new Map(world.all.map(({ id, grade }) => [id, grade]));
  await writeGrades(db, 'customer_value', grades);
  await writeGrades(
    db,
    'customer_credit',
    new Map(world.all.map(({ id, credit }) => [id, credit])),
  );
}

const scores: Readonly<Record<string, number>> = {
  STRATEGIC: 90,
  KEY: 75,
  REGULAR: 60,
  SMALL: 10,
  A: 95,
  B: 70,
  C: 40,
  D: 5,
};

async function writeGrades(
  db: Database,
  model: string,
  grades: ReadonlyMap<string, string | null>,
): Promise<void> {
  const [row] = await db.query<{ id: number }[]>('SELECT id FROM evaluationModel WHERE code = ?', [
    model,
  ]);
  const when = new Date('2026-11-20T00:00:00Z');
  const rows = [...grades].flatMap(([id, grade]) => {
    if (grade === null) return [];
    return [
      [row?.id, idToBytes(id), 1, 1, 'SCORED', scores[grade], grade, 1, '[]', 'RUN', when, when],
    ];
  });
  await db.query(
    `REPLACE INTO score (modelId, subjectId, version, modelVersion, status, score, grade, coverage,
       inputs, cause, computedAt, validFrom) VALUES ?`,
    [rows],
  );
}

/** Has all snapshots taken that were asked for. */
export async function takeSnapshots(db: Database, now: () => Date): Promise<void> {
  const app = { db, log: createLog('test', 'silent'), now };
  while (await takeNextSnapshot(app, (run) => transact(db, run)));
}
