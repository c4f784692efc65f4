import type { CalendarDate } from '@crm/kit/calendar/calendar-date';
import type { RecordedEvent } from '@crm/kit/event/event';
import { idToBytes, newId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { eventOf } from '@crm/kit/testing/events';
import { until } from '@crm/kit/testing/until';
import { AffiliationStarted } from '@crm/schemas/events/affiliation';
import { ConsentRecorded } from '@crm/schemas/events/consent';
import { CustomerCreated, type CustomerData } from '@crm/schemas/events/customer';
import { PersonCreated, PersonParticularsChanged } from '@crm/schemas/events/person';
import { nobody } from './customers.ts';
import { affiliationData, consentData, particularsData, personData } from './people.ts';
import type { StillCare } from './still-care.ts';

export const birthday = (
  month: number,
  day: number,
  given: Partial<CalendarDate> = {},
): CalendarDate => ({
  calendar: 'GREGORIAN',
  year: 1970,
  month,
  day,
  leapMonth: false,
  ...given,
});

type Somebody = {
  readonly name?: string;
  readonly birthday?: CalendarDate | null;
  readonly customerId?: string | null;
  readonly ownerId?: string | null;
  /** Null when the person has decided nothing. */
  readonly consent?: 'GRANTED' | 'REFUSED' | null;
  readonly roles?: string[];
};

/** Has contacts tell of somebody; gives the id. */
export async function addPerson(care: StillCare, somebody: Somebody = {}): Promise<string> {
  const id = newId();
  const { name = '王建国', ownerId = null } = somebody;
  const particulars = particularsData({ birthday: somebody.birthday ?? null });
  await care.apply([
    eventOf(PersonCreated, { id }, personData({ name, ownerId })),
    eventOf(PersonParticularsChanged, { id }, particulars),
    ...consentOf(id, somebody),
    ...placeOf(id, somebody),
  ]);
  return id;
}

const consentOf = (id: string, { consent = 'GRANTED' }: Somebody): RecordedEvent[] =>
  consent === null
    ? []
    : [eventOf(ConsentRecorded, { id: newId() }, consentData(id, { status: consent }))];

function placeOf(id: string, { customerId, roles = ['PRINCIPAL'] }: Somebody): RecordedEvent[] {
  if (!customerId) return [];
  const data = affiliationData(id, customerId, { roles });
  return [eventOf(AffiliationStarted, { id: newId(), customerId }, data)];
}

export async function addCustomer(
  care: StillCare,
  customer: Partial<CustomerData> = {},
): Promise<string> {
  const id = newId();
  await care.apply([eventOf(CustomerCreated, { id, customerId: id }, { ...nobody, ...customer })]);
  return id;
}

/** So many people at a customer, stored as contacts would have told of them. */
export async function addCrowd({ db }: StillCare, customerId: string, size: number): Promise<void> {
  await db.query(
    `INSERT INTO personPulse (id, version, createdAt, updatedAt, code, name, status)
     WITH RECURSIVE n AS (SELECT 1 AS at UNION ALL SELECT at + 1 FROM n WHERE at < ${size})
     SELECT /*+ SET_VAR(cte_max_recursion_depth = 10000) */
       UNHEX(CONCAT('01900000000070008000', LPAD(HEX(at), 12, '0'))), 1, NOW(), NOW(), at, '某人', 'ACTIVE'
     FROM n`,
  );
  await db.query(
    `INSERT INTO affiliation (id, version, createdAt, updatedAt, personId, customerId, roles,
       isPrimary, isProxy)
     SELECT id, 1, NOW(), NOW(), id, ?, '["PRINCIPAL"]', 1, 0 FROM personPulse WHERE ${inCrowd}`,
    [idToBytes(customerId)],
  );
}

const inCrowd = "id < UNHEX('0191')";

export async function removeCrowd({ db }: StillCare): Promise<void> {
  for (const table of ['personPulse', 'affiliation']) {
    await db.query(`DELETE FROM ${table} WHERE ${inCrowd}`);
  }
}

/** The id of an occasion that is there from the start. */
export async function occasionOf(care: StillCare, code: string): Promise<string> {
  const { data } = await care.execute(
    `{ occasions(where: { code: { eq: "${code}" } }) { nodes { id } } }`,
  );
  const nodes: unknown = Reflect.get(Object(data?.['occasions']), 'nodes');
  return String(Reflect.get(Object(Array.isArray(nodes) ? nodes[0] : null), 'id'));
}

/** A template in use, for mails or short messages. */
export async function publishedTemplate(
  care: StillCare,
  channel: 'EMAIL' | 'SMS',
): Promise<string> {
  const id = newId();
  await care.db.query(
    `INSERT INTO messageTemplate (id, version, createdAt, updatedAt, code, number, labels, channel,
       locale, format, subject, body, status, publishedAt)
     VALUES (?, 1, ?, ?, ?, 1, '{"zh":"祝福","en":"Greeting"}', ?, 'ZH_CN', 'TEXT', '祝福', '您好', 'PUBLISHED', ?)`,
    [idToBytes(id), care.app.now(), care.app.now(), id, channel, care.app.now()],
  );
  return id;
}

const CREATE = `mutation ($input: CreateCarePlanInput!) { createCarePlan(input: $input) { id version status } }`;
const ACTIVATE = `mutation ($input: CarePlanStepInput!) { record: activateCarePlan(input: $input) {
  id status audienceSize requestedBy { id } version } }`;

export const idOf = (value: unknown): string => String(Reflect.get(Object(value), 'id'));

/** Makes a plan and gives its id. Throws when it is refused. */
export async function makePlan(
  care: StillCare,
  input: object,
  request: TestRequest = {},
): Promise<string> {
  const { data, errors } = await care.execute(CREATE, { input }, request);
  if (errors) throw new Error(JSON.stringify(errors));
  return idOf(data?.['createCarePlan']);
}

export const activate = (
  care: StillCare,
  id: string,
  request: TestRequest = {},
): Promise<TestResult> => care.execute(ACTIVATE, { input: { id } }, request);

/** An active plan that greets by SMS. */
export async function activePlan(care: StillCare, input: object): Promise<string> {
  const templateId = await publishedTemplate(care, 'SMS');
  const id = await makePlan(care, {
    name: '计划',
    channels: ['SMS'],
    templates: [{ channel: 'SMS', templateId }],
    ...input,
  });
  const { errors } = await activate(care, id);
  if (errors) throw new Error(JSON.stringify(errors));
  return id;
}

export type PlannedTask = {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly channel: string | null;
  readonly occasionOn: string;
  readonly dueAt: string;
  readonly version: number;
  readonly person: { readonly id: string };
  readonly about: { readonly id: string } | null;
};

/** The tasks of a plan by their days. */
export async function tasksOf(care: StillCare, planId: string): Promise<readonly PlannedTask[]> {
  const { data, errors } = await care.execute(
    `query ($where: CareTaskWhere) { careTasks(where: $where, first: 100) { nodes {
      id state reason channel occasionOn dueAt version person { id } about { id } } } }`,
    { where: { planId: { eq: planId } } },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  const nodes: unknown = Reflect.get(Object(data?.['careTasks']), 'nodes');
  return Array.isArray(nodes) ? nodes : [];
}

/** Waits until the planner has looked at everybody today, and at all of whom something was told. */
export const planned = ({ app, db }: StillCare): Promise<void> =>
  until(
    async () => {
      const [row]: { open: number }[] = await db.query(
        `SELECT (SELECT COUNT(*) FROM careDue) + (
           SELECT COUNT(*) FROM carePlan p
           LEFT JOIN carePlanSweep s ON s.planId = p.id AND s.planVersion = p.version AND s.day = ?
           WHERE p.status = 'ACTIVE' AND COALESCE(s.isDone, 0) = 0) + (
           SELECT COUNT(*) FROM careTask t JOIN carePlan p ON p.id = t.planId
           WHERE p.status IN ('AWAITING_APPROVAL', 'PAUSED', 'FINISHED') AND t.state IN ('PROPOSED', 'SCHEDULED')) + (
           SELECT COUNT(*) FROM careTask
           WHERE state = 'PROPOSED' AND dueAt < ? - INTERVAL 2 DAY) AS open`,
        [companyDate(app.now()), app.now()],
      );
      return Number(row?.open) === 0;
    },
    { what: 'care planned' },
  );
