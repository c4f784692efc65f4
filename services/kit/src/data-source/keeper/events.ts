/** What a keeper tells the world, on `ha.<cluster>.event.<type>`. */
export type KeeperEvent = {
  readonly type: KeeperEventType;
  readonly cluster: string;
  readonly keeper: string;
  /** ISO 8601, by the keeper's own clock. */
  readonly at: string;
  readonly node?: string;
  readonly term?: number;
  /** In words, for a person. */
  readonly message: string;
};

export type KeeperEventType =
  /** This keeper acts for the cluster from now on. */
  | 'lease'
  | 'bootstrapped'
  /** The writer does not answer; not yet a reason to act. */
  | 'suspect'
  | 'failover'
  | 'promoted'
  /** The writer came back before anybody took its place. */
  | 'resumed'
  | 'switchover'
  /** A standby holds everything and acknowledges commits. */
  | 'standby'
  /** Commits go on without a standby that was lost. */
  | 'degraded'
  | 'rejoined'
  | 'fenced'
  | 'cloning'
  | 'cloned'
  | 'errant'
  | 'stranger'
  | 'split-brain'
  | 'member-replaced'
  | 'applier-started'
  /** The writer answers and does not finish writes. */
  | 'wedged'
  | 'unwedged'
  /** Nothing can be done that is certain to be safe: a person must decide. */
  | 'needs-operator'
  | 'error';
