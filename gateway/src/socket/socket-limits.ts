/** What one WebSocket may do. */
export const socketLimits = {
  subscriptionsPerSocketMax: 50,
  /** A longer message closes the connection with 1009. */
  messageBytesMax: 60 * 1024,
  /** Pieces that a message may come in; more close the connection with 1008. */
  fragmentsMax: 256,
  /** Messages, pings and pongs within a second; more close the connection with 4429. */
  messagesPerSecondMax: 100,
  /** How long a connection may take to say who it is. */
  initMsMax: 3000,
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
