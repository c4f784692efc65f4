import { migrateService } from '@crm/kit/server/step';
import { migrations } from './migrations/index.ts';

await migrateService(migrations, process.env);
