export type Heap<Item> = {
  readonly push: (item: Item) => void;
  /** Takes the best; null when there is none. */
  readonly pop: () => Item | null;
};

/** A binary heap whose top is the best of its items. */
export function createHeap<Item extends object>(
  isBetter: (a: Item, b: Item) => boolean,
): Heap<Item> {
  const items: Item[] = [];
  const at = (place: number): Item => {
    const item = items[place];
    if (item === undefined) throw new RangeError(`The heap has no place ${place}`);
    return item;
  };
  const swapIfBetter = (below: number, above: number): boolean => {
    const [lower, upper] = [at(below), at(above)];
    if (!isBetter(lower, upper)) return false;
    items[below] = upper;
    items[above] = lower;
    return true;
  };

  return {
    push: (item) => {
      let place = items.push(item) - 1;
      for (let above = (place - 1) >> 1; place > 0; above = (place - 1) >> 1) {
        if (!swapIfBetter(place, above)) return;
        place = above;
      }
    },
    pop: () => {
      const last = items.pop();
      if (last === undefined) return null;
      const [top] = items;
      if (top === undefined) return last;
      items[0] = last;
      for (let place = 0; ;) {
        const left = 2 * place + 1;
        if (left >= items.length) return top;
        const right = left + 1;
        const better = right < items.length && isBetter(at(right), at(left)) ? right : left;
        if (!swapIfBetter(better, place)) return top;
        place = better;
      }
    },
  };
}
