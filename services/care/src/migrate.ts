import { migrateService } from '@crm/kit/server/service';
import { migrations } from './migrations/index.ts';

await migrateService(migrations, process.env);
