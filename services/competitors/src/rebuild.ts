import { rebuildService } from '@crm/kit/server/step';
import { projection } from './consumers.ts';
import { migrations } from './migrations/index.ts';

await rebuildService({ projection, migrations }, process.env);
