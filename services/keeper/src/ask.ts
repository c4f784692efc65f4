import { askKeeper } from '@crm/kit/server/ask-keeper';

await askKeeper(process.argv.slice(2), process.env);
