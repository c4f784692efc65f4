/** What one connection may do, and all of them together. */
export const socketLimits = {
  /** In this process; more are refused with 503, so that clients try another one. */
  socketsMax: 5000,
  /** Of one subject of a token. */
  socketsPerSubjectMax: 1000,
  subscriptionsPerSocketMax: 50,
  /** A longer message closes the connection with 1009. */
  messageBytesMax: 60 * 1024,
  /** Pieces that a message may come in; more close the connection with 1008. */
  fragmentsMax: 256,
  /** Messages, pings and pongs within a second; more close the connection with 4429. */
  messagesPerSecondMax: 100,
  /** What may wait to be taken by a client before it is served from the stream at its own pace. */
  waitingBytesMax: 256 * 1024,
  /** A client that takes nothing for so long is disconnected. */
  stuckMsMax: 60_000,
  /** How long a connection may take to say who it is. */
  initMsMax: 3000,
  pingEveryMs: 12_000,
  /** How long a client may take to agree that a connection is closed. */
  closeMsMax: 1000,
  /**
   * Connections that are taken at a time, fewer than 200 within any second: when all clients of
   * another gateway come at once, those that are here do not wait for them.
   */
  acceptedAtOnce: 18,
  acceptEveryMs: 100,
  /** Connections that may wait for that; more are refused with 503. */
  waitingMax: 1000,
} as const;

/** Codes of the protocol graphql-transport-ws, and of WebSocket itself. */
export const closeCodes = {
  goingAway: 1001,
  unsupportedData: 1003,
  internal: 1011,
  restart: 1012,
  tryAgainLater: 1013,
  forbidden: 4403,
  tooMany: 4429,
} as const;
