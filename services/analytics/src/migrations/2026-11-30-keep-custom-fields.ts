import { migration } from '@crm/kit/database/migration';

/**
 * Custom fields and what is confidential of customers. A private event may come before every public
 * one: its row has nothing else, and is not there until the public one comes.
 */
export const keepCustomFields = migration('KeepCustomFields_1796053700000', {
  up: [
    `ALTER TABLE customer
      ALTER COLUMN code SET DEFAULT '',
      ALTER COLUMN name SET DEFAULT '',
      ALTER COLUMN kind SET DEFAULT '',
      ALTER COLUMN lifecycleStage SET DEFAULT '',
      ALTER COLUMN categories SET DEFAULT (JSON_ARRAY()),
      ADD COLUMN particularsVersion INT UNSIGNED NOT NULL DEFAULT 0,
      ADD COLUMN financeBankCreditRating VARCHAR(32) NULL,
      ADD COLUMN financeRegisteredCapitalAmount DECIMAL(18,2) NULL,
      ADD COLUMN financeRegisteredCapitalCurrency CHAR(3) NULL,
      ADD COLUMN financePaidInCapitalAmount DECIMAL(18,2) NULL,
      ADD COLUMN financePaidInCapitalCurrency CHAR(3) NULL,
      ADD COLUMN financeFundingPosition VARCHAR(32) NULL,
      ADD COLUMN financeTaxpayerType VARCHAR(32) NULL,
      ADD COLUMN financeAccountingBooks VARCHAR(32) NULL,
      ADD COLUMN financeTradeCreditRating VARCHAR(32) NULL,
      ADD COLUMN financePaymentBehaviour VARCHAR(32) NULL,
      ADD COLUMN openFields JSON NOT NULL DEFAULT (JSON_OBJECT()),
      ADD COLUMN confidentialFields JSON NOT NULL DEFAULT (JSON_OBJECT()),
      ADD COLUMN customFields JSON GENERATED ALWAYS AS
        (JSON_MERGE_PATCH(openFields, confidentialFields)) STORED`,
  ],
  down: [
    `ALTER TABLE customer
      DROP COLUMN customFields, DROP COLUMN confidentialFields, DROP COLUMN openFields,
      DROP COLUMN financePaymentBehaviour, DROP COLUMN financeTradeCreditRating,
      DROP COLUMN financeAccountingBooks, DROP COLUMN financeTaxpayerType,
      DROP COLUMN financeFundingPosition, DROP COLUMN financePaidInCapitalCurrency,
      DROP COLUMN financePaidInCapitalAmount, DROP COLUMN financeRegisteredCapitalCurrency,
      DROP COLUMN financeRegisteredCapitalAmount, DROP COLUMN financeBankCreditRating,
      DROP COLUMN particularsVersion`,
  ],
});
