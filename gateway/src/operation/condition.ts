import { Kind, type SelectionNode } from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;
export type Condition = (variables: Variables) => boolean;

/** What `@skip` and `@include` say of a selection, or undefined when it always counts. */
export function compileCondition({ directives }: SelectionNode): Condition | undefined {
  const tests = (directives ?? []).flatMap((directive): readonly Condition[] => {
    const isSkip = directive.name.value === 'skip';
    const value = directive.arguments?.[0]?.value;
    if (!value || (!isSkip && directive.name.value !== 'include')) return [];
    if (value.kind === Kind.BOOLEAN) return [() => value.value !== isSkip];
    if (value.kind !== Kind.VARIABLE) return [];
    const name = value.name.value;
    return [(variables) => (variables[name] === true) !== isSkip];
  });
  const [first] = tests;
  if (!first || tests.length === 1) return first;
  return (variables) => tests.every((test) => test(variables));
}
