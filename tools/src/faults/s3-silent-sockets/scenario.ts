import { WebSocket } from 'ws';
import { sleep, until } from '../../mesh/wait.ts';
import { startFleet, subjectsFor } from '../../subscribers/fleet.ts';
import { graphqlUrl } from '../../mesh/demo.ts';
import { tokenOf } from '../feed/audience.ts';
import { none, seconds, type Scenario } from '../scenario.ts';

const honest = 800;
const silent = 200;
const openedEveryMs = 25;
const servedMsMax = 10_000;
const closedMsMin = 3000;
const closedMsMax = 4000;
const tooLate = 4408;

type Silence = { readonly openedAt: number; code: number; closedAt: number };

export const scenario: Scenario = {
  id: 'S3',
  title: '1,000 sockets are opened in 5 s, and a fifth never says who it is',
  onMesh: async (stage) => {
    const url = graphqlUrl(stage.mesh).replace('http', 'ws');
    const tokens = await Promise.all(
      Array.from({ length: subjectsFor(honest) }, (_, at) => tokenOf(stage, `honest-${at}`)),
    );
    const startedAt = performance.now();
    const opening = openSilent(url);
    const fleet = await startFleet(honest, { url, filter: { entities: ['TEAM'] } }, tokens);
    await fleet.untilLive(3 * servedMsMax);
    const servedMs = performance.now() - startedAt;
    const silences = await opening;
    await until(() => silences.every(({ closedAt }) => closedAt > 0), { forMs: 2 * closedMsMax });
    const waits = silences.map(({ openedAt, closedAt }) => closedAt - openedAt);
    fleet.end();
    return [
      seconds('until all who said who they are were served', servedMs, servedMsMax / 1000),
      none('not closed as too late', silences.filter(({ code }) => code !== tooLate).length),
      seconds('until a silent one was closed', Math.max(...waits), closedMsMax / 1000),
      none('closed before 3 s', waits.filter((ms) => ms < closedMsMin - 50).length),
    ];
  },
};

async function openSilent(url: string): Promise<readonly Silence[]> {
  const silences: Silence[] = [];
  for (let count = 0; count < silent; count += 1) {
    const socket = new WebSocket(url, 'graphql-transport-ws');
    socket.on('error', () => undefined);
    socket.once('open', () => {
      const silence = { openedAt: performance.now(), code: 0, closedAt: 0 };
      silences.push(silence);
      socket.once('close', (code) => {
        silence.code = code;
        silence.closedAt = performance.now();
      });
    });
    await sleep(openedEveryMs);
  }
  await until(() => silences.length === silent, { forMs: servedMsMax });
  return silences;
}
