import { runKeeper } from '@crm/kit/server/keeper';

await runKeeper(process.env);
