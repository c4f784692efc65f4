import { readFileSync } from 'node:fs';
import { limitStream } from '@crm/kit/testing/stream-limit';
import { logFile } from '../../mesh/log-file.ts';
import { natsUrl } from '../../mesh/nats-server.ts';
import { sleep, until } from '../../mesh/wait.ts';
import { countWaiting, newestEvent, untilTold } from '../mesh/backlog.ts';
import { disturb } from '../mesh/disturb.ts';
import type { MeshStage } from '../mesh/stage.ts';
import { holds, none, seconds, type Scenario } from '../scenario.ts';

const service = 'customers';
const roomBytes = 64 * 1024;
const alarmMsMax = 20_000;
const fullMs = 10_000;
const drainMsMax = 15_000;

export const scenario: Scenario = {
  id: 'E12',
  title: `the event log has no room left for ${fullMs / 1000} s`,
  onMesh: async (stage) => {
    const url = natsUrl(stage.mesh);
    const alarm = { begins: false, ends: false };
    let [waited, drainedMs] = [0, Infinity];
    try {
      const result = await disturb(stage, {
        forMs: fullMs + drainMsMax,
        fault: async () => {
          await limitStream(url, roomBytes);
          alarm.begins = await until(() => isAlarmed(stage), { forMs: alarmMsMax });
          await sleep(fullMs);
          const newest = await newestEvent(stage);
          waited = await countWaiting(stage, newest);
          await limitStream(url, null);
          drainedMs = await untilTold(stage, newest, 2 * drainMsMax);
          alarm.ends = await until(async () => !(await isAlarmed(stage)), { forMs: alarmMsMax });
        },
      });
      return [
        none('failed writes', result.errors.writes),
        holds('metrics, health and log tell of it', alarm.begins && logTells(stage)),
        holds('events wait in the outbox', waited > 0),
        seconds('until they were told, once there was room', drainedMs, drainMsMax / 1000),
        holds('the alarm ends', alarm.ends),
        ...result.invariants,
      ];
    } finally {
      await limitStream(url, null);
    }
  },
};

/** Whether both ways to ask the service say so. */
async function isAlarmed({ mesh }: MeshStage): Promise<boolean> {
  const ask = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${mesh.ports[service]}${path}`)).text();
  const [metrics, health] = [await ask('/metrics'), await ask('/readyz')];
  return /^guanxi_event_log_full 1$/m.test(metrics) && /log is full/.test(health);
}

const logTells = ({ mesh }: MeshStage): boolean =>
  readFileSync(logFile(mesh.home, service), 'utf8').includes('the stream is full');
