import type { Customer, Plan } from './customer.ts';
import { daysBefore, randomOf, type Random } from './random.ts';

const subjects = '新品介绍 报价跟进 交货进度 质量反馈 年度合同 回款沟通 设备选型 节日问候'.split(
  ' ',
);

/** What was said and done with a customer, more lately than long ago. */
export function makeInteractions(plan: Plan, customer: Customer, customerId: string): object[] {
  const random = randomOf(plan.seed, 'interactions', customer.number);
  return Array.from({ length: random.count(customer.size.interactions) }, (_, at) => {
    const daysAgo = Math.floor(random.share() ** 2.5 * 1200);
    const occurredOn = daysBefore(plan.until, daysAgo);
    return {
      customerId,
      source: 'SEED',
      externalRef: `${plan.seed}-${customer.number}-${at + 1}`,
      kind: kindOf(random),
      direction: random.chance(0.25) ? 'INBOUND' : 'OUTBOUND',
      occurredAt: `${occurredOn}T0${random.whole(1, 9)}:${random.whole(10, 59)}:00Z`,
      durationMinutes: random.whole(1, 24) * 5,
      subject: random.one(subjects),
      outcome: random.weighted([
        ['POSITIVE', 35],
        ['NEUTRAL', 45],
        ['NEGATIVE', 8],
        ['NOT_REACHED', 12],
      ]),
      ...(plan.owners.length > 0 && { staffIds: [random.one(plan.owners)] }),
      ...(daysAgo < 30 &&
        random.chance(0.5) && { nextTouchOn: daysBefore(plan.until, -random.whole(1, 30)) }),
    };
  });
}

const kindOf = (random: Random): string =>
  random.weighted([
    ['CALL', 45],
    ['VISIT', 18],
    ['MESSAGE', 14],
    ['EMAIL', 12],
    ['MEETING', 5],
    ['MEAL', 2],
    ['EVENT', 1.5],
    ['GIFT', 1],
    ['LETTER', 0.5],
    ['OTHER', 1],
  ]);
