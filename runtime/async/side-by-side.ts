/**
 * Runs a task for each item, `atOnce` at a time and in their order, so that many items take no more memory
 * than few.
 *
 * @throws what a task throws; the others that have begun go on.
 */
export async function sideBySide<Item>(
  items: readonly Item[],
  atOnce: number,
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values(); // shared: each worker takes the next one
  const work = async () => {
    for (const item of left) await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
}
