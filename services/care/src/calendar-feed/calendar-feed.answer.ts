import { createHash } from 'node:crypto';
import type { App } from '@crm/kit/context';
import type { HookCall } from '@crm/kit/server/hook-call';
import type { Reply } from '@crm/kit/server/http';
import { readCalendar } from './calendar-feed.queries.ts';

const pathPattern = /^calendar\/([\w-]{43})\.ics$/;
const unknown: Reply = { status: 404, text: '' };

/** Answers a calendar that reads a feed, or says that nothing has changed. */
export async function answerCalendar(
  app: App,
  { method, path, ifNoneMatch }: HookCall,
): Promise<Reply> {
  const [, secret] = pathPattern.exec(path) ?? [];
  if (secret === undefined || method !== 'GET') return unknown;
  const text = await readCalendar(app, secret);
  if (text === null) return unknown;
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  if (ifNoneMatch === etag) return { status: 304, text: '', headers: { etag } };
  return { status: 200, text, type: 'text/calendar; charset=utf-8', headers: { etag } };
}
