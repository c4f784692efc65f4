import type { Documents, Subject } from '@crm/kit/document/document';
import { forbidden } from '@crm/kit/errors';
import type { Work } from '@crm/kit/record/command';
import { valueAt } from '@crm/kit/record/entity';
import { readingOf } from '@crm/kit/record/policy';
import { lockForWriting } from '@crm/kit/record/record';
import type { Viewer } from '@crm/kit/viewer';
import { CompetitorEntity } from '../competitor/competitor.fields.ts';
import { IntelligenceItemEntity } from '../intelligence/intelligence.fields.ts';
import { withCurrentCompetitor } from '../merge/merged-competitors.ts';
import { CompetitorProductEntity } from '../product/product.fields.ts';
import {
  competitorDocumentRemoved,
  competitorDocumentRestored,
  competitorDocumentsAttached,
  competitorDocumentsChanged,
  competitorDocumentsReplaced,
} from './document.events.ts';
import {
  CompetitorDocumentEntity,
  CompetitorDocumentRevisionEntity,
  type CompetitorDocument,
} from './document.fields.ts';

export const documents: Documents<CompetitorDocument> = {
  entity: CompetitorDocumentEntity,
  revisions: CompetitorDocumentRevisionEntity,
  subjects: {
    COMPETITOR: 'competitorId',
    PRODUCT: 'competitorProductId',
    INTELLIGENCE: 'intelligenceItemId',
  },
  defaults: { kind: 'OTHER', isConfidential: false },
  lockSubject,
  allowInput,
  tell: {
    attached: competitorDocumentsAttached,
    replaced: competitorDocumentsReplaced,
    changed: competitorDocumentsChanged,
    removed: competitorDocumentRemoved,
    restored: competitorDocumentRestored,
  },
};

async function lockSubject(work: Work, { kind, id }: Subject): Promise<string> {
  if (kind === 'PRODUCT') return (await lockForWriting(work, CompetitorProductEntity, id)).id;
  if (kind === 'INTELLIGENCE') return (await lockForWriting(work, IntelligenceItemEntity, id)).id;
  const current = await withCurrentCompetitor(work, { id }, 'id');
  return (await lockForWriting(work, CompetitorEntity, current.id)).id;
}

/** Who may not read what is confidential hides nothing either. */
function allowInput(viewer: Viewer, input: object): void {
  const isHidden = valueAt(input, ['isConfidential']) === true;
  if (isHidden && readingOf(viewer, 'CONFIDENTIAL') !== 'read') {
    throw forbidden('You may not write isConfidential');
  }
}
