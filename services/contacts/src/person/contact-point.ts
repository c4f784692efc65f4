import type { FieldProblem } from '@crm/kit/errors';

/** A way to reach somebody. */
export type ContactPoint = {
  readonly kind: 'EMAIL' | 'FAX' | 'HOME_PHONE' | 'IM' | 'MOBILE' | 'OFFICE_PHONE';
  readonly value: string;
  /** Such as the name of the IM service. */
  readonly label: string | null;
  readonly isPreferred: boolean;
};

type ContactPointInput = Omit<ContactPoint, 'label'> & { readonly label?: string | null };

const pointsMax = 20;
const valueMax = 255;
const labelMax = 50;

/** As it is stored: trimmed, and with every key. */
export const toContactPoints = (inputs: readonly ContactPointInput[]): readonly ContactPoint[] =>
  inputs.map(({ kind, value, label, isPreferred }) => ({
    kind,
    value: value.trim(),
    label: label?.trim() ?? null,
    isPreferred,
  }));

export function contactPointProblems(points: readonly ContactPoint[] | null): FieldProblem[] {
  if (points === null) return [];
  if (points.length > pointsMax) {
    return [{ path: 'contactPoints', message: `may have ${pointsMax} entries` }];
  }
  const seen = new Set<string>();
  const preferred = new Set<string>();
  return points.flatMap((point, at) => {
    const path = `contactPoints.${at}`;
    const key = `${point.kind} ${point.value.toLowerCase()}`;
    const problem =
      valueProblem(point) ??
      (seen.has(key) ? 'is named twice' : null) ??
      (point.isPreferred && preferred.has(point.kind) ? 'is the second preferred one' : null);
    seen.add(key);
    if (point.isPreferred) preferred.add(point.kind);
    return problem === null ? [] : [{ path, message: problem }];
  });
}

const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
/** Digits with what people write between and after them, such as an extension. */
const phone = /^\+?[\d\s().\-/#*,转ext]{3,40}$/i;
const digitsMin = 3;
const control = /\p{Cc}/u;

function valueProblem({ kind, value, label }: ContactPoint): string | null {
  if (value === '') return 'must not be empty';
  if (value.length > valueMax || (label ?? '').length > labelMax) return 'is too long';
  if (control.test(`${value}${label ?? ''}`)) return 'must not hold control characters';
  return kindProblem(kind, value);
}

function kindProblem(kind: ContactPoint['kind'], value: string): string | null {
  if (kind === 'IM') return null;
  if (kind === 'EMAIL') return email.test(value) ? null : 'is no email address';
  const isPhone = phone.test(value) && value.replaceAll(/\D/g, '').length >= digitsMin;
  return isPhone ? null : 'is no phone number';
}
