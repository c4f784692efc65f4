import { startService } from '@crm/kit/service';
import { createContext } from './context.ts';
import { createSchema } from './schema.ts';

await startService({ name: 'competitors', schema: createSchema(), createContext }, process.env);
