import { until } from '../../mesh/wait.ts';
import { startSubscriber } from '../../subscribers/subscriber.ts';
import { gather, tokenOf } from '../feed/audience.ts';
import { holds, seconds, type Scenario } from '../scenario.ts';

const lifetimeSeconds = 5;
const closedMsMax = 3 * lifetimeSeconds * 1000;
const backMsMax = 10_000;
const forbidden = 4403;

export const scenario: Scenario = {
  id: 'S4',
  title: 'the token of a subscriber expires',
  isFast: true,
  onMesh: async (stage) => {
    const audience = await gather(stage, { subscribers: 1, perSecond: 20 });
    const short = await tokenOf(stage, 'short', `${lifetimeSeconds}s`);
    const expiresAt = expiryOf(short);
    let token = short;
    const subscriber = startSubscriber({
      url: audience.url,
      token: () => token,
      filter: audience.filter,
      after: 'earliest',
      returns: true,
    });
    try {
      await until(() => subscriber.closes.length > 0, { forMs: closedMsMax });
      const lastAt = subscriber.told.at(-1)?.at ?? NaN;
      const closed = subscriber.closes[0] ?? { code: 0, at: NaN, wasTaken: false };
      token = await tokenOf(stage, 'short');
      const isBack = await until(subscriber.isLive, { forMs: backMsMax });
      const { invariants } = await audience.judge([subscriber]);
      return [
        seconds('of frames after the token had expired', Math.max(0, lastAt - expiresAt), 1),
        holds('the connection was closed with 4403', closed.code === forbidden),
        holds('not before', closed.at >= expiresAt - 50),
        holds('a new token went on', isBack),
        ...invariants,
      ];
    } finally {
      subscriber.end();
      audience.end();
    }
  },
};

function expiryOf(token: string): number {
  const claims: unknown = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
  );
  const hasExpiry = typeof claims === 'object' && claims !== null && 'exp' in claims;
  return hasExpiry ? Number(claims.exp) * 1000 : NaN;
}
