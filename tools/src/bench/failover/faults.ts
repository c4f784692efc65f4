import type { Lab } from '../../faults/lab.ts';
import { promoteByHand } from '../../faults/operator.ts';
import { openSource } from '@crm/kit/data-source/testing/mysql-pair';
import type { MysqlServer } from '@crm/kit/data-source/testing/mysql-server';

export type FaultName =
  | 'kill'
  | 'kill-in-flight'
  | 'hang'
  | 'partition'
  | 'stale-return'
  | 'restart'
  | 'replica-kill'
  | 'stall'
  | 'switchover';

/** Where a fault happens. `a` is the source when it begins. */
export type Scene = {
  readonly lab: Lab;
  /** Someone promotes the replica three seconds after the source went away. */
  readonly hasOperator: boolean;
  /** Someone other than the bench puts servers back in their place. */
  readonly isKept: boolean;
  readonly switchover: (() => Promise<void>) | null;
  /** The server whose word counts in the end. */
  authority: MysqlServer;
};

export type Fault = {
  readonly run: (scene: Scene) => Promise<void>;
  readonly needsLinks?: boolean;
  /** How long a run is, from the fault to the end, when not the usual 20 s. */
  readonly totalMs?: number;
};

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const operatorAfterMs = 3000;
const returnsAfterMs = 9000;

async function callOperator(scene: Scene): Promise<number> {
  if (!scene.hasOperator) return 0;
  await pause(operatorAfterMs);
  await promoteByHand(scene.lab.b);
  scene.authority = scene.lab.b;
  return operatorAfterMs;
}

async function returnLater(scene: Scene, comeBack: () => Promise<void> | void): Promise<void> {
  const spentMs = await callOperator(scene);
  await pause(returnsAfterMs - spentMs);
  await comeBack();
}

/** Packets between the source and everybody else vanish. */
function cutOff({ lab }: Scene): void {
  const links = lab.links.get(lab.a);
  for (const link of [links?.clients, links?.replication, links?.keepers]) {
    link?.set({ isSilent: true });
  }
}

function heal({ lab }: Scene): void {
  const links = lab.links.get(lab.a);
  for (const link of [links?.clients, links?.replication, links?.keepers]) link?.heal();
}

export const faults: Readonly<Record<FaultName, Fault>> = {
  kill: {
    run: async (scene) => {
      await scene.lab.a.process().kill();
      await returnLater(scene, () => scene.lab.a.start());
    },
  },
  'kill-in-flight': {
    run: async (scene) => {
      const { a, b } = scene.lab;
      // Commits now wait for a word that does not come.
      await b.process().pause();
      await pause(300);
      await a.process().kill();
      b.process().resume();
      await returnLater(scene, () => a.start());
    },
  },
  hang: {
    run: async (scene) => {
      await scene.lab.a.process().pause();
      await returnLater(scene, () => scene.lab.a.process().resume());
    },
  },
  partition: {
    needsLinks: true,
    run: async (scene) => {
      cutOff(scene);
      await returnLater(scene, () => heal(scene));
    },
  },
  'stale-return': {
    needsLinks: true,
    run: async (scene) => {
      cutOff(scene);
      const spentMs = await callOperator(scene);
      await pause(6000 - spentMs);
      heal(scene);
    },
  },
  restart: {
    run: async (scene) => {
      await scene.lab.a.process().stop();
      await scene.lab.a.start();
      if (!scene.isKept) await openSource(scene.lab.a, true);
    },
  },
  'replica-kill': {
    run: async (scene) => {
      const { b } = scene.lab;
      await b.process().kill();
      await pause(returnsAfterMs);
      await b.start();
      if (!scene.isKept) await b.sql('START REPLICA');
    },
  },
  stall: {
    totalMs: 8000,
    run: async ({ lab }) => {
      await lab.a.process().pause();
      await pause(800);
      lab.a.process().resume();
    },
  },
  switchover: {
    totalMs: 8000,
    run: async (scene) => {
      await scene.switchover?.();
      scene.authority = scene.lab.b;
    },
  },
};

export const isFault = (name: string): name is FaultName => Object.hasOwn(faults, name);
