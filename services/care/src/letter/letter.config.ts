import { readConfig, serviceSettings } from '@crm/kit/server/config';

/** The key that addresses of printed letters are signed with, which the gateway has too. */
export const readLetterKey = (variables: NodeJS.ProcessEnv): string =>
  readConfig({ CONTEXT_KEY: serviceSettings.CONTEXT_KEY }, variables).CONTEXT_KEY;
