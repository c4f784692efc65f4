import { readSignedId, signId } from '../link/signed-id.ts';

type Link = { readonly publicUrl: string; readonly key: string };

/** Where the person of a task answers its survey, once. It names the task and nothing of the person. */
export const surveyUrl = ({ publicUrl, key }: Link, taskId: string): string =>
  `${publicUrl}/hooks/care/survey/${signId(key, 'survey', taskId)}`;

/** The task that a link names, or null for a link that is none of ours. */
export const readSurveyToken = (key: string, token: string): string | null =>
  readSignedId(key, 'survey', token);
