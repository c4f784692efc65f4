/** Maps what comes one after the other, in its order, while so many of the next are being made. */
export async function* mapAhead<Item, Made>(
  items: AsyncIterable<Item>,
  make: (item: Item) => Promise<Made>,
  ahead: number,
): AsyncGenerator<Made> {
  const making: Promise<Made>[] = [];
  for await (const item of items) {
    const made = make(item);
    // Whoever waits for it hears of its failure, which may come before those ahead of it are done.
    made.catch(() => undefined);
    making.push(made);
    if (making.length > ahead) yield await first(making);
  }
  while (making.length > 0) yield await first(making);
}

function first<Made>(making: Promise<Made>[]): Promise<Made> {
  const [made] = making.splice(0, 1);
  if (!made) throw new Error('Nothing is being made');
  return made;
}
