import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { careKnows, make, prepareGreetings } from '../care/greetings.ts';
import type { MeshStage } from '../mesh/stage.ts';
import { holds, none, type Measure, type Scenario } from '../scenario.ts';
import { leapYears, lunarYears, type LunarYear } from './almanac.ts';
import { clockChanges, type ClockChange } from './clock-changes.ts';

const daysMin = 200;

export const scenario: Scenario = {
  id: 'T4',
  title: 'leap days, leap months, days that a month lacks and clocks that are changed',
  onMesh: async (stage) => {
    const mark = `t4_${randomUUID().slice(0, 8)}`;
    const days = await checkDays(stage, mark);
    const hours = await checkHours(stage, mark);
    return [
      holds(`${daysMin} days of almanacs are asked for at least`, days.length >= daysMin),
      none(`of ${days.length} days on the wrong day`, days.filter((isRight) => !isRight).length),
      none(
        `of ${hours.length} times around a change of clocks judged wrong`,
        hours.filter((isRight) => !isRight).length,
      ),
    ] satisfies readonly Measure[];
  },
};

/** What is asked of a rule: the first day on which it falls from another one on. */
type Asked = { readonly occasion: string; readonly from: string; readonly on: string };

async function checkDays(stage: MeshStage, mark: string): Promise<readonly boolean[]> {
  const asked = [
    ...lunarYears.map(({ year, newYear: on }) => from(year, 'spring_festival', on)),
    ...lunarYears.map(({ year, midAutumn: on }) => from(year, 'mid_autumn', on)),
    ...(await leapMonths(stage, mark)),
    ...(await thirtieths(stage, mark)),
    ...(await leapDays(stage, mark)),
  ];
  const right: boolean[] = [];
  for (let at = 0; at < asked.length; at += atOnce) {
    right.push(...(await areRight(stage, asked.slice(at, at + atOnce))));
  }
  return right;
}

const from = (year: number, occasion: string, on: string): Asked => ({
  occasion,
  from: `${year}-01-01`,
  on,
});

const atOnce = 20;
const pageSchema = z.object({ nodes: z.tuple([z.object({ nextDays: z.tuple([z.string()]) })]) });

async function areRight(
  { graph }: MeshStage,
  asked: readonly Asked[],
): Promise<readonly boolean[]> {
  const fields = asked.map(
    ({ occasion, from: day }, at) => `d${at}: occasions(where: { code: { eq: "${occasion}" } }) {
      nodes { nextDays(from: "${day}", first: 1) } }`,
  );
  const data = await graph.ask(z.record(z.string(), pageSchema), `{ ${fields.join(' ')} }`);
  return asked.map(({ on }, at) => data[`d${at}`]?.nodes[0].nextDays[0] === on);
}

async function addOccasion(stage: MeshStage, code: string, dateRule: object): Promise<string> {
  const labels = { zh: code, en: code };
  await make(stage, 'saveOccasion', {
    code,
    labels,
    category: 'ROUTINE',
    kind: 'FESTIVAL',
    dateRule,
  });
  return code;
}

/** The first of each leap month, for who keeps it then. */
async function leapMonths(stage: MeshStage, mark: string): Promise<readonly Asked[]> {
  const leaps = lunarYears.flatMap(({ newYear, leap }) => (leap ? [{ newYear, ...leap }] : []));
  const months = [...new Set(leaps.map(({ month }) => month))];
  for (const month of months) {
    await addOccasion(stage, `${mark}_leap_${month}`, {
      calendar: 'CHINESE_LUNAR',
      month,
      day: 1,
      leapMonthRule: 'LEAP_IF_PRESENT',
    });
  }
  return leaps.map(({ newYear, month, firstDay }) => ({
    occasion: `${mark}_leap_${month}`,
    from: newYear,
    on: firstDay,
  }));
}

const dayMs = 86_400_000;
const dayBefore = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - dayMs).toISOString().slice(0, 10);

/** The thirtieth of the twelfth month, which every other year lacks, before or after the turn of the year. */
async function thirtieths(stage: MeshStage, mark: string): Promise<readonly Asked[]> {
  const rule = { calendar: 'CHINESE_LUNAR', month: 12, day: 30 };
  const [last, next] = [`${mark}_last`, `${mark}_next`];
  await addOccasion(stage, last, { ...rule, missingDayRule: 'LAST_DAY' });
  await addOccasion(stage, next, { ...rule, missingDayRule: 'NEXT_DAY' });
  return lunarYears.flatMap((year, at): Asked[] => {
    const after = lunarYears[at + 1];
    if (!after) return [];
    const eve = dayBefore(after.newYear);
    const since = year.midAutumn;
    return [
      { occasion: last, from: since, on: eve },
      { occasion: next, from: since, on: hasThirtieth(year) ? eve : after.newYear },
    ];
  });
}

const hasThirtieth = ({ daysOfTwelfth }: LunarYear): boolean => daysOfTwelfth === 30;

async function leapDays(stage: MeshStage, mark: string): Promise<readonly Asked[]> {
  const rule = { calendar: 'GREGORIAN', month: 2, day: 29 };
  const [last, next] = [`${mark}_feb`, `${mark}_mar`];
  await addOccasion(stage, last, { ...rule, missingDayRule: 'LAST_DAY' });
  await addOccasion(stage, next, { ...rule, missingDayRule: 'NEXT_DAY' });
  return lunarYears.flatMap(({ year }) => {
    const isLeap = leapYears.includes(year);
    return [
      from(year, last, `${year}-02-${isLeap ? '29' : '28'}`),
      from(year, next, isLeap ? `${year}-02-29` : `${year}-03-01`),
    ];
  });
}

/** Whether somebody who rests from 22:00 to 08:00 may be written to at the minutes around 08:00. */
async function checkHours(stage: MeshStage, mark: string): Promise<readonly boolean[]> {
  const greetings = await prepareGreetings(stage, `${mark}-hours`);
  // Whoever is greeted often enough would be refused for that.
  await make(stage, 'saveFatiguePolicy', { code: 'all', maxTouches: null, periodDays: null });
  await make(stage, 'saveFatiguePolicy', { code: 'routine', maxTouches: null, periodDays: null });
  const right: boolean[] = [];
  for (const change of clockChanges) {
    const personId = await sleeper(stage, mark, change.timeZone);
    const asks = (at: string): Promise<boolean> =>
      isAllowed(stage, { personId, at, templateId: greetings.templateId });
    right.push(!(await asks(minutesFrom(change.wakesAt, -1))), await asks(change.wakesAt));
  }
  return right;
}

const minutesFrom = (at: ClockChange['wakesAt'], minutes: number): string =>
  new Date(Date.parse(at) + minutes * 60_000).toISOString();

async function sleeper(stage: MeshStage, mark: string, timeZone: string): Promise<string> {
  const personId = await make(stage, 'createPerson', {
    name: mark,
    acceptDuplicates: true,
    contactPoints: [{ kind: 'EMAIL', value: `${mark}.${randomUUID()}@example.cn` }],
  });
  const quietHours = { from: '22:00', to: '08:00', timeZone };
  await make(stage, 'setPreferences', { personId, quietHours });
  await make(stage, 'recordConsent', {
    personId,
    purpose: 'CARE',
    lawfulBasis: 'CONSENT',
    source: 'T4',
  });
  for (const table of ['consentDecision', 'personPreference', 'personPulse']) {
    const column = table === 'personPulse' ? 'id' : 'personId';
    await careKnows(
      stage,
      `SELECT COUNT(*) FROM crm_care.${table} WHERE ${column} = UUID_TO_BIN('${personId}')`,
      1,
    );
  }
  return personId;
}

type At = { readonly personId: string; readonly at: string; readonly templateId: string };

async function isAllowed(
  { graph }: MeshStage,
  { personId, at: dueAt, templateId }: At,
): Promise<boolean> {
  const { data, errors } = await graph.answer(
    'mutation ($input: CreateCareTaskInput!) { createCareTask(input: $input) { id } }',
    { variables: { input: { personId, channel: 'EMAIL', templateId, dueAt } } },
  );
  if (errors.length === 0) return data !== null;
  const [{ message } = { message: '' }] = errors;
  if (!message.includes('QUIET_HOURS')) throw new Error(message);
  return false;
}
