import { startService } from '@crm/kit/server/service';
import { consumers } from './consumers.ts';
import { createContext } from './context.ts';
import { createSchema } from './schema.ts';

await startService(
  { name: 'analytics', schema: createSchema(), createContext, consumers },
  process.env,
);
