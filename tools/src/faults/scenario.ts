import type { MeshStage } from './mesh/stage.ts';

/** One figure, and what it has to be for the scenario to pass. */
export type Measure = {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly bound: number;
  /** Whether the bound is the least that will do; else it is the most. */
  readonly isFloor?: boolean;
};

/**
 * Something that goes wrong, and what has to hold all the same. The first measure is the one that
 * the scenario is about.
 */
export type Scenario = {
  readonly id: string;
  readonly title: string;
  /** Whether it belongs to the set that is run with every change. */
  readonly isFast?: boolean;
} & (OnMesh | OnPair);

/** Runs on a whole mesh, which it may leave in any state that `heal` mends. */
type OnMesh = {
  readonly onMesh: (stage: MeshStage) => Promise<readonly Measure[]>;
  /** Of every application; one when left out. */
  readonly instances?: number;
};

/** Starts two MySQL servers of its own, and asks them through the data source alone. */
type OnPair = { readonly onPair: () => Promise<readonly Measure[]> };

/** Thrown by a scenario that this machine does not allow. */
export class NotHere extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'NotHere';
  }
}

export const isWithin = ({ value, bound, isFloor }: Measure): boolean =>
  isFloor ? value >= bound : value <= bound;

/** A time that may be so long at most. */
export const seconds = (what: string, ms: number, bound: number): Measure => ({
  what,
  value: Math.round(ms) / 1000,
  unit: 's',
  bound,
});

/** A number of things of which there must be none. */
export const none = (what: string, value: number): Measure => ({ what, value, unit: '', bound: 0 });

/** Something that must be so. */
export const holds = (what: string, isSo: boolean): Measure => ({
  what,
  value: isSo ? 1 : 0,
  unit: '',
  bound: 1,
  isFloor: true,
});

/** How many times as long something takes as it does when nothing is wrong. */
export const slowdown = (what: string, ratio: number, bound: number): Measure => ({
  what,
  value: Math.round(ratio * 100) / 100,
  unit: '×',
  bound,
});
