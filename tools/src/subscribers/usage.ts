import { sleep } from '../mesh/wait.ts';

/** What a gateway has taken of the machine, by its own metrics. */
export type Usage = {
  readonly cpuSeconds: number;
  readonly residentMib: number;
  readonly at: number;
};

const mib = 1024 * 1024;

export async function readUsage(port: number): Promise<Usage> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const read = (name: string): number =>
    Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
  return {
    cpuSeconds: read('process_cpu_seconds_total'),
    residentMib: read('process_resident_memory_bytes') / mib,
    at: performance.now(),
  };
}

/** The share of one core that a gateway takes from now on. */
export async function cpuShare(port: number, forMs: number): Promise<number> {
  const before = await readUsage(port);
  await sleep(forMs);
  const after = await readUsage(port);
  return (after.cpuSeconds - before.cpuSeconds) / ((after.at - before.at) / 1000);
}

/** The most memory that was seen while `work` was done. */
export async function peakMib(port: number, work: Promise<unknown>): Promise<number> {
  let most = 0;
  const look = async (): Promise<void> => {
    const usage = await readUsage(port).catch(() => null);
    most = Math.max(most, usage?.residentMib ?? 0);
  };
  const timer = setInterval(() => void look(), 500);
  await work.finally(() => clearInterval(timer));
  await look();
  return most;
}
