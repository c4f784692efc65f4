import { migrateService } from '@crm/kit/service';
import { migrations } from './migrations/index.ts';

await migrateService(migrations, process.env);
