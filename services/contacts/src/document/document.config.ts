import { readConfig, serviceSettings } from '@crm/kit/server/config';
import { readBlobStore } from '@crm/kit/storage/settings';
import type { DocumentSettings } from './document.queries.ts';

/** Where documents lie, and what their addresses are signed with. */
export const readDocumentSettings = (variables: NodeJS.ProcessEnv): DocumentSettings => ({
  service: 'contacts',
  key: readConfig({ CONTEXT_KEY: serviceSettings.CONTEXT_KEY }, variables).CONTEXT_KEY,
  store: readBlobStore(variables),
});
