import type { RequestContext } from '@crm/kit/context';
import { isId } from '@crm/kit/id';
import { invalid, notFound } from '@crm/kit/errors';
import type { Loader } from '@crm/kit/record/loader';
import { scopeSql } from '@crm/kit/record/policy';
import { findByIds } from '@crm/kit/record/store';
import { PersonPulseEntity } from '../person/person.fields.ts';
import type { MessageTemplate } from '../template/template.fields.ts';
import { renderMessage, templateProblems, type RenderedMessage } from '../template/template.ts';
import { findPhrases, valuesFor } from './message.repository.ts';
import { findRecipients } from './recipient.repository.ts';

type Scope = RequestContext & {
  readonly companyName: string;
  readonly loaders: { readonly messageTemplate: Loader<MessageTemplate> };
};

type Asked = {
  readonly templateId: string;
  readonly personId: string;
  readonly customerId?: string | null;
  readonly occasionOn?: string | null;
};

/** Links are of one message, and of nobody who looks at what it would say. */
const noLinks = { surveyUrl: '', unsubscribeUrl: '' };

/** What somebody would get of a text, a draft too, with what is known of the person now. */
export async function renderTemplate(
  { app, viewer, loaders, companyName }: Scope,
  { templateId, personId, customerId = null, occasionOn = null }: Asked,
): Promise<RenderedMessage> {
  const template = await loaders.messageTemplate.load(templateId);
  if (template === null) throw notFound('MessageTemplate', templateId);
  const { manager } = app.db;
  const now = app.now();
  const scope = scopeSql(viewer, 'read', { entity: PersonPulseEntity, alias: 't', now });
  const [person] = isId(personId)
    ? await findByIds(manager, PersonPulseEntity, { ids: [personId], scope })
    : [];
  const addressed = { personId, customerId, senderId: viewer.staffId };
  const recipient = person ? (await findRecipients(manager, [addressed]))(addressed) : null;
  if (recipient === null) throw notFound('Person', personId);
  const problems = templateProblems(template);
  if (problems.length > 0) throw invalid('The text can not be read', problems);
  const voice = { companyName, phrases: await findPhrases(manager) };
  const said = { template, recipient, occasion: null, occasionOn, ...noLinks };
  return renderMessage(template, valuesFor(said, voice, now));
}
