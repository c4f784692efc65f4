import { AppError } from '@crm/kit/errors';
import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** How large a document is when its fragments are written out. */
export type Measure = {
  readonly depth: number;
  readonly selections: number;
  readonly aliases: number;
  readonly directives: number;
  readonly rootFields: number;
  /** Fields and inline fragments that stand more than once in one pair of braces. */
  readonly repeats: number;
  readonly fragments: number;
};

/**
 * Checked before validation, because validation and planning take time that grows faster than the
 * document: `selections` stops a short text that expands to a huge one, `repeats` and
 * `fragments` what has to be compared pair by pair.
 */
const measureLimits: Measure = {
  depth: 20,
  selections: 1000,
  aliases: 60,
  directives: 60,
  rootFields: 30,
  repeats: 60,
  fragments: 60,
};

const measureNames = [
  'depth',
  'selections',
  'aliases',
  'directives',
  'rootFields',
  'repeats',
  'fragments',
] as const;

/** Throws TOO_COSTLY for a document over a limit, BAD_REQUEST for fragments in a circle. */
export function checkMeasure(document: DocumentNode, limits: Measure = measureLimits): void {
  const measured = measureDocument(document);
  for (const name of measureNames) {
    if (measured[name] <= limits[name]) continue;
    throw new AppError('TOO_COSTLY', `The document has more ${name} than ${limits[name]}`, {
      limit: { name, max: limits[name] },
    });
  }
}

/** All operations of the document together, since all are validated. */
function measureDocument(document: DocumentNode): Measure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  const measureFragment = fragmentMeasurer(fragments);
  let total = nothing;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      const measured = measureSet(definition.selectionSet, measureFragment);
      const directives = measured.directives + (definition.directives?.length ?? 0);
      total = add(total, { ...measured, directives });
    }
    // A fragment that nothing spreads is validated all the same.
    if (definition.kind === Kind.FRAGMENT_DEFINITION) measureFragment(definition.name.value);
  }
  return { ...total, fragments: fragments.size };
}

const nothing: Measure = {
  depth: 0,
  selections: 0,
  aliases: 0,
  directives: 0,
  rootFields: 0,
  repeats: 0,
  fragments: 0,
};

const add = (left: Measure, right: Measure): Measure => ({
  depth: Math.max(left.depth, right.depth),
  selections: left.selections + right.selections,
  aliases: left.aliases + right.aliases,
  directives: left.directives + right.directives,
  rootFields: left.rootFields + right.rootFields,
  repeats: left.repeats + right.repeats,
  fragments: left.fragments + right.fragments,
});

type MeasureFragment = (name: string) => Measure;

/** Each fragment is measured once, so that the time is linear in the text, not in what it expands to. */
function fragmentMeasurer(fragments: ReadonlyMap<string, FragmentDefinitionNode>): MeasureFragment {
  const known = new Map<string, Measure>();
  const open = new Set<string>();
  const measureFragment: MeasureFragment = (name) => {
    const before = known.get(name);
    if (before) return before;
    const fragment = fragments.get(name);
    if (!fragment) return nothing;
    if (open.has(name)) throw new AppError('BAD_REQUEST', 'Fragments are spread in a circle');

    open.add(name);
    const measured = measureSet(fragment.selectionSet, measureFragment);
    open.delete(name);
    known.set(name, measured);
    return measured;
  };
  return measureFragment;
}

function measureSet({ selections }: SelectionSetNode, measureFragment: MeasureFragment): Measure {
  let total = nothing;
  for (const selection of selections) {
    const measured = measureSelection(selection, measureFragment);
    const directives = measured.directives + (selection.directives?.length ?? 0);
    total = add(total, { ...measured, directives });
  }
  const names = new Set(selections.map(nameOf));
  return { ...total, repeats: total.repeats + selections.length - names.size };
}

function nameOf(selection: SelectionNode): string {
  if (selection.kind === Kind.FIELD) return selection.alias?.value ?? selection.name.value;
  if (selection.kind === Kind.FRAGMENT_SPREAD) return `...${selection.name.value}`;
  return `...on ${selection.typeCondition?.name.value ?? ''}`;
}

/** `rootFields` are the fields that stand in the set itself, through any fragment. */
function measureSelection(selection: SelectionNode, measureFragment: MeasureFragment): Measure {
  if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value);
  if (selection.kind === Kind.INLINE_FRAGMENT) {
    return measureSet(selection.selectionSet, measureFragment);
  }
  const inner = selection.selectionSet
    ? measureSet(selection.selectionSet, measureFragment)
    : nothing;
  return {
    depth: inner.depth + 1,
    selections: inner.selections + 1,
    aliases: inner.aliases + (selection.alias ? 1 : 0),
    directives: inner.directives,
    rootFields: 1,
    repeats: inner.repeats,
    fragments: 0,
  };
}
