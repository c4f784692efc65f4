import { setImmediate as turn } from 'node:timers/promises';

const itemsAtOnce = 50;

/** Ends when whatever waits in this process has had its turn. */
export const otherTurns = (): Promise<void> => turn();

/** The same as `items.map`, but that nobody waits until all of many items are done. */
export async function mapInTurns<Item, Made>(
  items: readonly Item[],
  make: (item: Item, at: number) => Made,
): Promise<Made[]> {
  const made: Made[] = [];
  for (const [at, item] of items.entries()) {
    if (at > 0 && at % itemsAtOnce === 0) await turn();
    made.push(make(item, at));
  }
  return made;
}
