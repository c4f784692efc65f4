import { Liquid, type Template } from 'liquidjs';
import type { MergeValues } from './merge-field.ts';
import { mergeFieldNames, urlFields } from './merge-field.ts';

/** How values enter a text: as they are, or with what HTML gives a meaning to written out. */
export type Markup = 'HTML' | 'TEXT';

const sourceMax = 100_000;
/** Of a text and its values: what a template may make is little more than what it is made of. */
const limits = { parseLimit: sourceMax, renderLimit: 50, memoryLimit: 1_000_000 } as const;

/** No loop, no inclusion, no assignment; what makes text of text only. */
const tags: readonly string[] = ['if'];
const filters: readonly string[] = ['default', 'upcase', 'downcase', 'capitalize'];

const engines: Readonly<Record<Markup, Liquid>> = {
  HTML: engineFor({ outputEscape: 'escape' }),
  TEXT: engineFor({}),
};

function engineFor(escaping: { readonly outputEscape?: 'escape' }): Liquid {
  const engine = new Liquid({
    ...limits,
    ...escaping,
    // Partial templates are looked for here and never on a disk.
    templates: {},
    strictFilters: true,
    strictVariables: true,
    ownPropertyOnly: true,
    // Else a text that is empty would count as one that is there.
    jsTruthy: true,
  });
  keepOnly(engine.tags, tags);
  keepOnly(engine.filters, filters);
  return engine;
}

function keepOnly(named: Record<string, unknown>, kept: readonly string[]): void {
  for (const name of Object.keys(named)) if (!kept.includes(name)) delete named[name];
}

/** A text with `{{ field }}` and `{% if field %}` filled in. Throws for what `textProblems` names. */
export const renderText = (source: string, markup: Markup, values: MergeValues): string =>
  String(engines[markup].renderSync(engines[markup].parse(source), scopeOf(values)));

/** `person.name` is read as the name of the person, and neither object has a prototype. */
function scopeOf(values: MergeValues): object {
  const scope: Record<string, unknown> = Object.create(null);
  for (const name of mergeFieldNames) {
    const [top = '', member] = name.split('.');
    if (member === undefined) scope[top] = values[name];
    else Object.assign((scope[top] ??= Object.create(null)), { [member]: values[name] });
  }
  return scope;
}

/** The fields that a text names, in order; those of the list and others alike. */
export const fieldsOf = (source: string): readonly string[] => {
  const parsed = parse(source);
  return 'problem' in parsed ? [] : namedIn(parsed.template);
};

const namedIn = (template: Template[]): readonly string[] =>
  engines.TEXT.globalFullVariablesSync(template, { partials: false });

/** What is wrong with a text, for the one who wrote it; the fields that there are among it. */
export function textProblems(source: string, markup: Markup): string[] {
  if (source.length > sourceMax) return [`may have ${sourceMax} characters`];
  const parsed = parse(source);
  if ('problem' in parsed) return [parsed.problem];
  const known: readonly string[] = mergeFieldNames;
  const unknown = namedIn(parsed.template).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const names = unknown.map((name) => `"${name}"`).join(', ');
    return [`names ${names}: the fields are ${mergeFieldNames.join(', ')}`];
  }
  return [...(markup === 'HTML' ? htmlProblems(source) : []), ...outputProblems(source, markup)];
}

type Parsed = { readonly template: Template[] } | { readonly problem: string };

function parse(source: string): Parsed {
  try {
    return { template: engines.TEXT.parse(source) };
  } catch (error) {
    return { problem: readable(error) };
  }
}

/** The first line alone: the rest shows the template. */
const readable = (error: unknown): string =>
  `cannot be read: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'not a template'}`;

/** A text that names no unknown field can still ask for too much. */
function outputProblems(source: string, markup: Markup): string[] {
  try {
    renderText(source, markup, examples);
    return [];
  } catch (error) {
    return [readable(error)];
  }
}

const examples: MergeValues = Object.assign(
  Object.create(null),
  Object.fromEntries(mergeFieldNames.map((name) => [name, 'x'])),
);

const active = /<\s*\/?\s*(script|iframe|object|embed|form|input|base|link|meta|svg)\b/i;
const handler = /<[^>]*\son\w+\s*=/i;
const scheme = /(javascript|vbscript|data)\s*:/i;

/**
 * Values are written out as text, which is safe between tags alone: within a tag or a style they
 * could become something else. No reader of mail runs scripts, but a preview in a page might.
 */
function htmlProblems(source: string): string[] {
  const problems: string[] = [];
  const bare = source.replaceAll(markupPattern, '');
  if (active.test(bare)) problems.push('must hold no script, frame, form or other active element');
  if (handler.test(bare)) problems.push('must hold no event handler such as onclick');
  if (scheme.test(bare)) problems.push('must hold no javascript: or data: address');
  const misplaced = fieldsWithinTags(source);
  if (misplaced.length > 0) {
    problems.push(
      `has ${misplaced.join(', ')} within a tag, where only ${urlFields.join()} may be`,
    );
  }
  return problems;
}

const markupPattern = /\{\{.*?\}\}|\{%.*?%\}/gs;

function fieldsWithinTags(source: string): string[] {
  const found: string[] = [];
  for (const { 0: markup, index } of source.matchAll(markupPattern)) {
    const before = source.slice(0, index).replaceAll(markupPattern, '').toLowerCase();
    const isInTag = before.lastIndexOf('<') > before.lastIndexOf('>');
    const isInStyle = before.lastIndexOf('<style') > before.lastIndexOf('</style');
    const isUrl = urlFields.some((name) => markup === `{{ ${name} }}` || markup === `{{${name}}}`);
    if (isInStyle || (isInTag && !isUrl)) found.push(markup);
  }
  return found;
}
