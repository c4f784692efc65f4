import { randomUUID } from 'node:crypto';
import { until } from '../../mesh/wait.ts';
import {
  bytesOf,
  careKnows,
  countOf,
  hurry,
  isOpen,
  letGo,
  ofEach,
  outcomesOf,
  prepareGreetings,
  scheduleGreetings,
  setFault,
  takenTo,
  type Greeting,
} from '../care/greetings.ts';
import type { MeshStage } from '../mesh/stage.ts';
import { holds, none, seconds, type Measure, type Scenario } from '../scenario.ts';

/** Of each kind: those who stay, who withdraw their consent, and who refuse mails. */
const each = 6;
const settledMsMax = 60_000;

export const scenario: Scenario = {
  id: 'C2',
  title: 'people opt out after their greetings were planned, and after a first try to send them',
  isFast: true,
  onMesh: async (stage) => {
    const mark = `c2-${randomUUID().slice(0, 8)}`;
    const emails = Array.from({ length: 3 * each }, (_, at) => `${mark}.${at}@example.cn`);
    const people = await scheduleGreetings(await prepareGreetings(stage, mark), emails);
    const of = (kind: number, half: number): readonly string[] =>
      people.slice(kind * each + (half * each) / 2, kind * each + ((half + 1) * each) / 2);

    await optOut(stage, { withdrawing: of(1, 0), refusing: of(2, 0) });
    await setFault(stage, { mode: 'refuse', code: 450, stage: 'recipient' });
    await letGo({ stage, mark });
    const isTried = await until(async () => areTried(await outcomesOf({ stage, mark })), {
      forMs: settledMsMax,
      everyMs: 100,
    });
    await optOut(stage, { withdrawing: of(1, 1), refusing: of(2, 1) });
    await setFault(stage, { mode: 'none' });
    const endedAt = performance.now();
    const isSettled = await until(
      async () => (await hurry(stage)) && !(await outcomesOf({ stage, mark })).some(isOpen),
      { forMs: settledMsMax, everyMs: 300 },
    );
    return [
      ...measures(emails, countOf(await takenTo(stage)), await outcomesOf({ stage, mark })),
      holds('half of them opted out after a first try', isTried),
      seconds(
        'until all had an outcome',
        isSettled ? performance.now() - endedAt : Infinity,
        settledMsMax / 1000,
      ),
    ];
  },
};

type Leaving = { readonly withdrawing: readonly string[]; readonly refusing: readonly string[] };

/** By contacts, as a salesperson notes it; returns once care has heard of it. */
async function optOut(stage: MeshStage, { withdrawing, refusing }: Leaving): Promise<void> {
  await ofEach(
    stage,
    withdrawing,
    (id) => `withdrawConsent(input: { personId: "${id}", purpose: CARE, source: "C2" }) { id }`,
  );
  await ofEach(
    stage,
    refusing,
    (id) => `setPreferences(input: { personId: "${id}", doNotContact: [EMAIL] }) { id }`,
  );
  await careKnows(
    stage,
    `SELECT COUNT(DISTINCT personId) FROM crm_care.consentDecision
     WHERE status = 'WITHDRAWN' AND personId IN (${bytesOf(withdrawing)})`,
    withdrawing.length,
  );
  await careKnows(
    stage,
    `SELECT COUNT(*) FROM crm_care.personPreference WHERE personId IN (${bytesOf(refusing)})`,
    refusing.length,
  );
}

/** All who may be written to were refused for the time being. */
const areTried = (rows: readonly Greeting[]): boolean =>
  rows.filter(({ status }) => status === 'QUEUED').length === 2 * each && rows.length >= 2 * each;

function measures(
  emails: readonly string[],
  counts: ReadonlyMap<string, number>,
  rows: readonly Greeting[],
): readonly Measure[] {
  const [staying, leaving] = [emails.slice(0, each), emails.slice(each)];
  const withReason = rows.filter(
    ({ email, status, reason }) =>
      leaving.includes(email) && status === 'SUPPRESSED' && reason !== null,
  );
  return [
    none(
      `mails to ${leaving.length} people who opted out`,
      leaving.reduce((sum, email) => sum + (counts.get(email) ?? 0), 0),
    ),
    none(
      `of ${each} who stay without exactly one`,
      staying.filter((email) => counts.get(email) !== 1).length,
    ),
    none(
      `of ${leaving.length} who opted out without a reason why nothing was sent`,
      leaving.length - new Set(withReason.map(({ email }) => email)).size,
    ),
  ];
}
