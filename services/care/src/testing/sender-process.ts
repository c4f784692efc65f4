import { createLog } from '@crm/kit/log';
import { openDatabase } from '@crm/kit/database/database';
import { testServer } from '@crm/kit/testing/database';
import { startDeliveryJob } from '../delivery/delivery.job.ts';
import { atNoon, testSettings } from './deliveries.ts';

/** A process that sends what is due in the schema that it is given, until it is killed. */
const [schema = '', mail = '', sms = ''] = process.argv.slice(2);

const db = await openDatabase({ ...testServer(), schema, entities: [] });
const app = { db, log: createLog('sender', 'silent'), now: atNoon };
startDeliveryJob(app, testSettings({ mail, sms }));
