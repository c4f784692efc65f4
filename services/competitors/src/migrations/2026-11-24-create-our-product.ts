import { migration } from '@crm/kit/database/migration';

export const createOurProduct = migration('CreateOurProduct_1795478700000', {
  up: ['CREATE TABLE ourProduct (id BINARY(16) NOT NULL PRIMARY KEY)'],
  down: ['DROP TABLE ourProduct'],
});
