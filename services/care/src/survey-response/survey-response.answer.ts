import type { Work } from '@crm/kit/record/command';
import type { HookCall } from '@crm/kit/server/hook-call';
import type { Reply } from '@crm/kit/server/http';
import type { DeliverySettings } from '../delivery/delivery.config.ts';
import type { Language } from '../template/merge-field.ts';
import { answerSurvey, type Answering } from './respond.commands.ts';
import { readSurveyToken } from './survey-link.ts';
import { noticePage, surveyPage } from './survey-page.ts';

const html = 'text/html; charset=utf-8';

const locales: Readonly<Record<string, Language>> = { en: 'EN', zh: 'ZH_CN' };

type Settings = Pick<DeliverySettings, 'key' | 'publicUrl'>;

type InWork = <Value>(run: (work: Work) => Promise<Value>) => Promise<Value>;

/** Answers whoever opens the link of a survey, or sends its form. Opening it uses nothing up. */
export async function answerRespondent(
  inWork: InWork,
  { key, publicUrl }: Settings,
  { method, path, body }: HookCall,
): Promise<Reply> {
  const [, token = '', language = ''] = path.split('/');
  const locale = locales[language] ?? null;
  const taskId = readSurveyToken(key, token);
  const form = method === 'POST' ? new URLSearchParams(body) : null;
  const answering =
    taskId === null ? null : await inWork((work) => answerSurvey(work, { taskId, locale, form }));
  return answering === null
    ? { status: 404, text: noticePage('unknown', locale ?? 'ZH_CN'), type: html }
    : {
        status: statusOf(answering),
        text: pageFor(answering, `${publicUrl}/hooks/care/survey/${token}`),
        type: html,
      };
}

function statusOf(answering: Answering): number {
  if (answering.state === 'open') return answering.given === null ? 200 : 422;
  return answering.state === 'thanks' ? 200 : 410;
}

function pageFor(answering: Answering, address: string): string {
  const { state, locale } = answering;
  if (state !== 'open') return noticePage(state, locale);
  const { survey, given } = answering;
  const other = `${address}/${locale === 'EN' ? 'zh' : 'en'}`;
  return surveyPage({ survey, locale, other, given });
}
