/** What connections may take that stay open, of every protocol together. */
export const connectionLimits = {
  /** In this process; more are refused with 503, so that clients try another one. */
  connectionsMax: 5000,
  /** Of one subject of a token. */
  perSubjectMax: 1000,
  /** What may wait to be taken by a client before it is served from the stream at its own pace. */
  waitingBytesMax: 256 * 1024,
  /** A client that takes nothing for so long is disconnected. */
  stuckMsMax: 60_000,
  /** Nothing is silent for longer, so that what stands between keeps a connection open. */
  beatMs: 12_000,
  /**
   * Connections that are taken at a time, far fewer than 200 within any second: when all clients of
   * another gateway come at once, those that are here do not wait for them.
   */
  acceptedAtOnce: 18,
  acceptEveryMs: 100,
  /** Connections that may wait for that; more are refused with 503. */
  waitingMax: 1000,
  /** Those that are sent away at a time, and the time that a release has for all of them. */
  leavingAtOnce: 15,
  leaveEveryMs: 100,
  drainMsMax: 15_000,
  /** How long a client may take to agree that a connection is over. */
  goodbyeMs: 1000,
} as const;
