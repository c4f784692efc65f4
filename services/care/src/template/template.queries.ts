import type { RequestContext } from '@crm/kit/context';
import type { FieldProblem } from '@crm/kit/errors';
import { allow } from '@crm/kit/record/policy';
import { exampleOf, templateProblems, type MessageText, type RenderedMessage } from './template.ts';

type PreviewInput = Pick<MessageText, 'body' | 'channel' | 'locale'> & {
  readonly format?: MessageText['format'] | null;
  readonly subject?: string | null;
  readonly smsSignature?: string | null;
};

export type TemplatePreview = {
  readonly message: RenderedMessage | null;
  readonly problems: readonly FieldProblem[];
};

/** A text as somebody made up would get it, and what keeps it from being published. */
export function previewTemplate({ viewer }: RequestContext, input: PreviewInput): TemplatePreview {
  allow(viewer, 'read', 'templates');
  const { format, subject, smsSignature, ...rest } = input;
  const text = {
    ...rest,
    format: format ?? 'TEXT',
    subject: subject ?? null,
    smsSignature: smsSignature ?? null,
  };
  return { message: exampleOf(text), problems: templateProblems(text) };
}
