import { join } from 'node:path';
import { switchover } from '../../mesh/cluster.ts';
import { kill, start } from '../../mesh/control.ts';
import type { MysqlName } from '../../mesh/mysql-server.ts';
import { readPid } from '../../mesh/pid.ts';
import { sleep, until } from '../../mesh/wait.ts';
import { disturb, type Disturbed } from '../mesh/disturb.ts';
import { heal, type MeshStage } from '../mesh/stage.ts';
import { holds, none, seconds, type Measure, type Scenario } from '../scenario.ts';
import { putOnSmallDisk, type SmallDisk } from './small-disk.ts';

/** It takes a copy of everything when it comes back, and that must fit beside what it holds. */
const roomMb = 400;
const fullMs = 20_000;
/** The server looks for room once a minute, and cannot be told anything while a commit waits. */
const standsBySecondsMax = 90;

/** A server whose disk is full does not refuse: its commits wait, a minute at a time, for room. */
export const scenario: Scenario = {
  id: 'D7',
  title: 'the disk of the source is full for 20 s',
  onMesh: async (stage) => {
    const { standby } = await heal(stage);
    await end(stage, standby);
    const disk = putOnSmallDisk({ folder: join(stage.mesh.home.data, standby), roomMb });
    try {
      await start(stage.mesh, standby);
      await heal(stage);
      await switchover(stage.mesh, standby);
      await heal(stage);
      return measuresOf(await fillUnderLoad(stage, disk));
    } finally {
      await restore(stage, standby, disk);
    }
  },
};

const fillUnderLoad = (stage: MeshStage, disk: SmallDisk): Promise<Disturbed> =>
  disturb(stage, {
    forMs: fullMs + 5000,
    // It ends itself when a commit that waits for room is given up.
    mayEnd: ({ source }) => [source],
    fault: async () => {
      await disk.fill();
      await sleep(fullMs);
      disk.empty();
    },
  });

const measuresOf = (result: Disturbed): readonly Measure[] => [
  seconds('without a write', result.writeGapMs, 10),
  seconds('without a read', result.readGapMs, 1),
  none('failed reads', result.errors.reads),
  holds('the standby took over', result.after.source === result.before.standby),
  seconds('until the old source stands by', result.healedMs, standsBySecondsMax),
  ...result.invariants,
];

async function restore(stage: MeshStage, name: MysqlName, disk: SmallDisk): Promise<void> {
  try {
    const { source } = await heal(stage);
    if (source === name) await switchover(stage.mesh, '');
  } finally {
    await end(stage, name);
    disk.remove();
    await start(stage.mesh, name);
  }
  await heal(stage);
}

async function end({ mesh }: MeshStage, name: MysqlName): Promise<void> {
  kill(mesh, name);
  await until(() => readPid(mesh.home, name) === null, { forMs: 5000 });
}
