import { z } from 'zod';
import { readConfig, serviceSettings } from '../server/config.ts';
import { readBlobStore } from '../storage/settings.ts';
import type { DocumentSettings } from './document.ts';

const keptDaysMax = 3650;

/** For how many days a removed document may be restored. */
export const usualKeptDays = 30;

const settings = {
  CONTEXT_KEY: serviceSettings.CONTEXT_KEY,
  DOCUMENT_KEPT_DAYS: z.coerce.number().int().min(1).max(keptDaysMax).default(usualKeptDays),
} as const;

/** Where documents lie, what their addresses are signed with, and how long removed ones are kept. */
export function readDocumentSettings(
  service: string,
  variables: NodeJS.ProcessEnv,
): DocumentSettings {
  const { CONTEXT_KEY: key, DOCUMENT_KEPT_DAYS: keptDays } = readConfig(settings, variables);
  return { service, key, keptDays, store: readBlobStore(variables) };
}
