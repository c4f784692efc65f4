import type { FieldProblem } from '@crm/kit/errors';
import { documentBytesMax } from './document-type.ts';

type Subject = {
  readonly personId?: string | null;
  readonly customerId?: string | null;
  readonly interactionId?: string | null;
};

/** Which of the three a document belongs to; null when it is not exactly one. */
export function subjectKindOf({
  personId,
  customerId,
  interactionId,
}: Subject): 'CUSTOMER' | 'INTERACTION' | 'PERSON' | null {
  if ([personId, customerId, interactionId].filter(Boolean).length !== 1) return null;
  if (personId) return 'PERSON';
  return customerId ? 'CUSTOMER' : 'INTERACTION';
}

type Announced = { readonly size: number; readonly sha256?: string | null };

/** What is wrong with what somebody means to send. */
export function announcedProblems({ size, sha256 }: Announced): FieldProblem[] {
  return [
    ...(size < 1 || size > documentBytesMax
      ? [{ path: 'size', message: `must be from 1 to ${documentBytesMax} bytes` }]
      : []),
    ...(sha256 && !/^[0-9a-f]{64}$/i.test(sha256)
      ? [{ path: 'sha256', message: 'is no SHA-256 in hexadecimal' }]
      : []),
  ];
}

/** Names that a path or a header could be made of are refused. */
export const nameProblems = (name: string | null | undefined): FieldProblem[] =>
  name && /[\p{Cc}/\\]/u.test(name)
    ? [{ path: 'name', message: 'must not hold slashes or control characters' }]
    : [];
