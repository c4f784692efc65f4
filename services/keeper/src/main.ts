import { runKeeper } from '@crm/kit/keeper';

await runKeeper(process.env);
