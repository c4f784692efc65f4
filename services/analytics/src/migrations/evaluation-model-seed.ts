type Labels = { readonly zh: string; readonly en: string };
type Fn =
  | 'PERCENTILE'
  | { readonly bands: readonly (readonly [from: number, points: number])[] }
  | { readonly linear: readonly [from: number, to: number] }
  | { readonly map: Readonly<Record<string, number>> };

/** A criterion: indicator, weight, most points, function, and SKIP where no data should not count. */
export type CriterionSeed = readonly [
  indicator: string,
  weight: number,
  maxPoints: number,
  fn: Fn,
  missing?: 'SKIP',
];

export type ModelSeed = {
  readonly code: string;
  readonly kind: string;
  readonly subjectType: string;
  readonly labels: Labels;
  readonly minCoverage: number;
  /** So carefully its scores are kept. */
  readonly class: 'CONFIDENTIAL' | 'INTERNAL';
  readonly categories: readonly (readonly [
    zh: string,
    en: string,
    weight: number,
    criteria: readonly CriterionSeed[],
  ])[];
  readonly grades: readonly (readonly [
    from: number,
    code: string,
    zh: string,
    en: string,
    limitMultiplier?: number,
  ])[];
  /** Terms of customers that the grades suggest, where they are called the same. */
  readonly isDesignating?: boolean;
};

const functionOf = (fn: Fn): object => {
  if (fn === 'PERCENTILE') return { kind: 'PERCENTILE' };
  if ('map' in fn) return { kind: 'MAP', points: fn.map };
  if ('linear' in fn) return { kind: 'LINEAR', from: fn.linear[0], to: fn.linear[1] };
  return { kind: 'BANDS', bands: fn.bands.map(([from, points]) => ({ from, points })) };
};

const definitionOf = ({ categories, grades, ...seed }: ModelSeed): object => ({
  kind: seed.kind,
  subjectType: seed.subjectType,
  labels: seed.labels,
  scale: 100,
  minCoverage: seed.minCoverage,
  population: null,
  categories: categories.map(([zh, en, weight, criteria]) => ({
    name: { zh, en },
    weight,
    criteria: criteria.map(([indicator, share, maxPoints, fn, missing = 'ZERO']) => ({
      indicator,
      label: null,
      weight: share,
      maxPoints,
      fn: functionOf(fn),
      missing: { kind: missing },
    })),
  })),
  grades: grades.map(([from, code, zh, en, limitMultiplier = null]) => ({
    code,
    label: { zh, en },
    from,
    designation: seed.isDesignating ? code : null,
    limitMultiplier,
  })),
});

/** A company begins with these; what it publishes later is a version of its own. */
export const seedModelSql = (seed: ModelSeed): readonly string[] => [
  `INSERT IGNORE INTO evaluationModel (code, subjectType)
   VALUES ('${seed.code}', '${seed.subjectType}')`,
  `INSERT IGNORE INTO evaluationModelVersion (modelId, version, revision, definition, class,
     savedAt, publishedAt, effectiveFrom)
   SELECT id, 1, 1, '${JSON.stringify(definitionOf(seed))}', '${seed.class}',
     '2026-01-01', '2026-01-01', '2026-01-01'
   FROM evaluationModel WHERE code = '${seed.code}'`,
];

/** Where nobody has made a version of his own. It holds from the start where nothing was scored yet. */
export const supersedeModelSql = (seed: ModelSeed): readonly string[] => [
  `INSERT INTO evaluationModelVersion (modelId, version, revision, definition, class,
     savedAt, publishedAt, effectiveFrom)
   SELECT m.id, 2, 1, '${JSON.stringify(definitionOf(seed))}', '${seed.class}', at.time, at.time, at.time
   FROM evaluationModel m JOIN evaluationModelVersion v
     ON v.modelId = m.id AND v.version = 1 AND v.savedById IS NULL AND v.retiredAt IS NULL
   JOIN LATERAL (SELECT IF(EXISTS (SELECT 1 FROM score s WHERE s.modelId = m.id),
     UTC_TIMESTAMP(3), '2026-01-01') AS time) at
   WHERE m.code = '${seed.code}' AND NOT EXISTS
     (SELECT 1 FROM evaluationModelVersion other WHERE other.modelId = m.id AND other.version > 1)`,
  `UPDATE evaluationModelVersion v JOIN evaluationModel m ON m.id = v.modelId
   JOIN evaluationModelVersion next ON next.modelId = m.id AND next.version = 2
     AND next.savedById IS NULL AND next.publishedAt IS NOT NULL
   SET v.retiredAt = next.effectiveFrom
   WHERE m.code = '${seed.code}' AND v.version = 1 AND v.retiredAt IS NULL`,
];

export const unsupersedeModelSql = (code: string): readonly string[] => [
  `DELETE v FROM evaluationModelVersion v JOIN evaluationModel m ON m.id = v.modelId
   WHERE m.code = '${code}' AND v.version = 2 AND v.savedById IS NULL`,
  `UPDATE evaluationModelVersion v JOIN evaluationModel m ON m.id = v.modelId
   SET v.retiredAt = NULL WHERE m.code = '${code}' AND v.version = 1`,
];
