import { join } from 'node:path';
import { homeFromEnv } from '../mesh/mesh.ts';
import { homeAt } from '../mesh/paths.ts';
import { explain, say } from '../mesh/say.ts';
import { untilStopSignal } from '../mesh/stop-signal.ts';
import { programVariables } from '../mesh/test-environment.ts';
import { findToolchain } from '../mesh/toolchain.ts';
import { heal, openStage, type MeshStage } from './mesh/stage.ts';
import { hasPassed, type Outcome } from './report.ts';
import { NotHere, type Scenario } from './scenario.ts';

const defaultPort = 4800;

export type RunOptions = {
  /** Whether what failed is tried once more, on a new mesh, and counts only if it fails again. */
  readonly triesAgain: boolean;
  readonly isHasty: boolean;
  readonly report: (outcome: Outcome) => void;
};

/** Runs scenarios on one mesh, made anew only when one of them left it beyond mending. */
export async function runAll(
  scenarios: readonly Scenario[],
  { triesAgain, isHasty, report }: RunOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const mesh = createLazyStage(isHasty);
  const interrupt = new AbortController();
  void untilStopSignal().then(() => interrupt.abort());
  try {
    for (const scenario of scenarios) {
      if (interrupt.signal.aborted) break;
      say(`${scenario.id}: ${scenario.title}`);
      let outcome = await attempt(scenario, mesh.open);
      report(outcome);
      if (triesAgain && isFailed(outcome)) {
        await mesh.close();
        outcome = await attempt(scenario, mesh.open);
        report(outcome);
      }
      outcomes.push(outcome);
      if (!hasPassed(outcome)) await mesh.mend();
    }
  } finally {
    await mesh.close();
  }
  return outcomes;
}

const isFailed = (outcome: Outcome): boolean => !outcome.isSkipped && !hasPassed(outcome);

type LazyStage = {
  /** One with so many instances of every application. */
  readonly open: (instances: number) => Promise<MeshStage>;
  readonly mend: () => Promise<void>;
  readonly close: () => Promise<void>;
};

function createLazyStage(isHasty: boolean): LazyStage {
  const place = {
    home: homeAt(join(homeFromEnv().root, 'faults')),
    port: Number(process.env['GUANXI_PORT'] ?? defaultPort),
  };
  let stage: MeshStage | null = null;
  const close = async (): Promise<void> => {
    const open = stage;
    stage = null;
    await open?.close();
  };
  return {
    open: async (instances) => {
      if (stage && stage.mesh.instances !== instances) await close();
      return (stage ??= await openStage({ ...place, instances, isHasty }));
    },
    mend: async () => {
      if (stage) await heal(stage).catch(close);
    },
    close,
  };
}

async function attempt(scenario: Scenario, open: LazyStage['open']): Promise<Outcome> {
  const startedAt = performance.now();
  try {
    const measures =
      'onPair' in scenario
        ? await onPair(scenario)
        : await scenario.onMesh(await open(scenario.instances ?? 1));
    return { scenario, measures, tookMs: performance.now() - startedAt };
  } catch (error) {
    const isSkipped = error instanceof NotHere;
    return {
      scenario,
      measures: [],
      isSkipped,
      problem: isSkipped ? error.message : explain(error),
    };
  }
}

async function onPair(
  scenario: Extract<Scenario, { onPair: unknown }>,
): ReturnType<typeof scenario.onPair> {
  Object.assign(process.env, programVariables(await findToolchain()));
  return scenario.onPair();
}
