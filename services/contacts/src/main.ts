import { startService } from '@crm/kit/server/service';
import { consumers } from './consumers.ts';
import { createContext } from './context.ts';
import { customisable } from './entities.ts';
import { createSchema } from './schema.ts';

await startService(
  { name: 'contacts', schema: createSchema(), createContext, consumers, customisable },
  process.env,
);
