import { startService } from '@crm/kit/server/service';
import { createContext } from './context.ts';
import { createSchema } from './schema.ts';

await startService({ name: 'customers', schema: createSchema(), createContext }, process.env);
