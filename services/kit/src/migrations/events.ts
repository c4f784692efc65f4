/**
 * The tables that carry events: what a service tells (outbox), what it has heard (inbox, position,
 * dead letters), and who of its processes does it (lease).
 *
 * The outbox is one plain table, not one of daily partitions: a partitioned table could not keep
 * both unique keys (each has to contain the partition's column), and its partitions are changed by
 * statements that wait for every open transaction and hold up all writes meanwhile. The old rows
 * lie together at the start of the primary key, where deleting them in small batches is cheap.
 */
export const eventTables = {
  up: [
    `CREATE TABLE outbox (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      eventId BINARY(16) NOT NULL,
      aggregate VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      aggregateId BINARY(16) NOT NULL,
      version INT UNSIGNED NOT NULL,
      type VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      schemaVersion SMALLINT UNSIGNED NOT NULL,
      visibility ENUM('public', 'private') NOT NULL,
      payload JSON NOT NULL,
      trace VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
      occurredAt DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
      publishedSeq BIGINT UNSIGNED NULL,
      publishedAt DATETIME(6) NULL,
      PRIMARY KEY (id),
      UNIQUE KEY outboxEvent (eventId),
      UNIQUE KEY outboxVersion (aggregate, aggregateId, visibility, version),
      KEY outboxPublished (publishedSeq)
    )`,
    `CREATE TABLE inbox (
      consumer VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      aggregate VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      aggregateId BINARY(16) NOT NULL,
      publicVersion INT UNSIGNED NOT NULL DEFAULT 0,
      privateVersion INT UNSIGNED NOT NULL DEFAULT 0,
      isParked BOOLEAN NOT NULL DEFAULT FALSE,
      PRIMARY KEY (consumer, aggregate, aggregateId)
    )`,
    `CREATE TABLE consumerPosition (
      consumer VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      seq BIGINT UNSIGNED NOT NULL,
      eventId VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      PRIMARY KEY (consumer)
    )`,
    `CREATE TABLE deadLetter (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      consumer VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      eventId BINARY(16) NOT NULL,
      aggregate VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      aggregateId BINARY(16) NOT NULL,
      type VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      event JSON NOT NULL,
      state ENUM('retrying', 'waiting', 'dead') NOT NULL,
      attempts SMALLINT UNSIGNED NOT NULL DEFAULT 0,
      nextAttemptAt DATETIME(6) NULL,
      failure VARCHAR(500) NULL,
      createdAt DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
      PRIMARY KEY (id),
      UNIQUE KEY deadLetterEvent (consumer, eventId),
      KEY deadLetterDue (consumer, state, nextAttemptAt),
      KEY deadLetterAggregate (consumer, aggregate, aggregateId, id)
    )`,
    `CREATE TABLE lease (
      name VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      holder CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      fence BIGINT UNSIGNED NOT NULL,
      expiresAt DATETIME(6) NOT NULL,
      PRIMARY KEY (name)
    )`,
  ],
  down: [
    'DROP TABLE lease',
    'DROP TABLE deadLetter',
    'DROP TABLE consumerPosition',
    'DROP TABLE inbox',
    'DROP TABLE outbox',
  ],
} as const;
