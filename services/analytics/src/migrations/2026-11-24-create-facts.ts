import { migration } from '@crm/kit/migration';

/** The stamps that a read model keeps; see `projection.ts`. */
const stamps = `
  id BINARY(16) NOT NULL PRIMARY KEY,
  version INT UNSIGNED NOT NULL,
  updatedAt DATETIME(3) NOT NULL,
  deletedAt DATETIME(3) NULL`;

const named = `${stamps},
  code VARCHAR(64) NOT NULL,
  name VARCHAR(200) COLLATE utf8mb4_zh_0900_as_cs NOT NULL`;

export const createFacts = migration('CreateFacts_1795478500000', {
  up: [
    `CREATE TABLE customer (${named},
      createdAt DATETIME(3) NOT NULL,
      kind VARCHAR(32) NOT NULL,
      shortName VARCHAR(100) NULL,
      country VARCHAR(100) NULL,
      province VARCHAR(100) NULL,
      city VARCHAR(100) NULL,
      industry VARCHAR(64) NULL,
      legalForm VARCHAR(40) NULL,
      establishedOn DATE NULL,
      level VARCHAR(64) NULL,
      categories JSON NOT NULL,
      channelRole VARCHAR(32) NULL,
      lifecycleStage VARCHAR(64) NOT NULL,
      designation VARCHAR(64) NULL,
      source VARCHAR(64) NULL,
      ownerId BINARY(16) NULL,
      teamId BINARY(16) NULL,
      KEY byName (name, id),
      KEY byOwner (ownerId, id),
      KEY byTeam (teamId, id),
      KEY byLevel (level, id),
      KEY byStage (lifecycleStage, id)
    )`,
    `CREATE TABLE staffMember (${named},
      teamId BINARY(16) NULL,
      managerId BINARY(16) NULL,
      active TINYINT(1) NOT NULL
    )`,
    `CREATE TABLE team (${named}, parentId BINARY(16) NULL)`,
    `CREATE TABLE product (${named},
      category VARCHAR(100) NULL,
      active TINYINT(1) NOT NULL
    )`,
    `CREATE TABLE orderFact (${stamps},
      customerId BINARY(16) NOT NULL,
      orderedOn DATE NOT NULL,
      status VARCHAR(16) NOT NULL,
      amountAmount DECIMAL(18,2) NOT NULL,
      amountCurrency CHAR(3) NOT NULL,
      salespersonId BINARY(16) NULL,
      KEY byCustomer (customerId, deletedAt, amountCurrency, orderedOn, amountAmount),
      KEY byDate (orderedOn, customerId, deletedAt, amountCurrency, amountAmount)
    )`,
    `CREATE TABLE paymentFact (${stamps},
      customerId BINARY(16) NOT NULL,
      receivedOn DATE NOT NULL,
      method VARCHAR(16) NOT NULL,
      amountAmount DECIMAL(18,2) NOT NULL,
      amountCurrency CHAR(3) NOT NULL,
      KEY byCustomer (customerId, deletedAt, amountCurrency, receivedOn, amountAmount),
      KEY byDate (receivedOn, customerId, deletedAt, amountCurrency, amountAmount)
    )`,
    `CREATE TABLE receivableFact (${stamps},
      customerId BINARY(16) NOT NULL,
      orderId BINARY(16) NULL,
      dueOn DATE NOT NULL,
      amountAmount DECIMAL(18,2) NOT NULL,
      amountCurrency CHAR(3) NOT NULL,
      balanceAmount DECIMAL(18,2) NOT NULL,
      balanceCurrency CHAR(3) NOT NULL,
      KEY byCustomer (customerId, deletedAt, balanceCurrency, dueOn, balanceAmount),
      KEY byDueDate (dueOn, customerId, deletedAt)
    )`,
    // A row for every customer and currency, so that a ranking is read from an index.
    `CREATE TABLE customerFigure (
      customerId BINARY(16) NOT NULL,
      currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      orderCount INT UNSIGNED NOT NULL DEFAULT 0,
      orderAmount DECIMAL(18,2) NOT NULL DEFAULT 0,
      firstOrderOn DATE NULL,
      lastOrderOn DATE NULL,
      paymentCount INT UNSIGNED NOT NULL DEFAULT 0,
      paymentAmount DECIMAL(18,2) NOT NULL DEFAULT 0,
      lastPaymentOn DATE NULL,
      receivable DECIMAL(18,2) NOT NULL DEFAULT 0,
      PRIMARY KEY (customerId, currency),
      KEY byOrderAmount (currency, orderAmount, customerId),
      KEY byOrderCount (currency, orderCount, customerId),
      KEY byLastOrder (currency, lastOrderOn, customerId),
      KEY byPaymentAmount (currency, paymentAmount, customerId),
      KEY byReceivable (currency, receivable, customerId)
    )`,
    `CREATE VIEW customerReport AS
      SELECT c.*, f.customerId, f.currency, f.orderCount, f.orderAmount, f.firstOrderOn,
        f.lastOrderOn, f.paymentCount, f.paymentAmount, f.lastPaymentOn, f.receivable
      FROM customerFigure f JOIN customer c ON c.id = f.customerId`,
  ],
  down: [
    'DROP VIEW customerReport',
    'DROP TABLE customerFigure',
    'DROP TABLE receivableFact',
    'DROP TABLE paymentFact',
    'DROP TABLE orderFact',
    'DROP TABLE product',
    'DROP TABLE team',
    'DROP TABLE staffMember',
    'DROP TABLE customer',
  ],
});
