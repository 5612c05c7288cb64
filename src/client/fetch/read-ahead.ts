/**
 * Files with consecutive numbers, asked for before their turn. Only the waiting is shared: what is used, in which order,
 * and what is refused is decided by whoever asks, one after the other, as if each were asked for alone.
 */

/** Most files under way at once: enough to hide a network’s delay, few enough to be polite. */
const MOST_AHEAD = 8;

/** @param last the number of the last file that is expected; beyond it every file is asked for in its turn */
export function readAhead<File>(
  read: (number: number) => Promise<File>,
  last: number,
): (number: number) => Promise<File> {
  const underWay = new Map<number, Promise<File>>();
  return (number) => {
    for (let next = number; next <= Math.min(last, number + MOST_AHEAD - 1); next++) {
      if (underWay.has(next)) continue;
      const reading = read(next);
      // Whoever takes it hears of its failure; one that nobody takes must not end the process.
      reading.catch(() => undefined);
      underWay.set(next, reading);
    }
    const reading = underWay.get(number) ?? read(number);
    underWay.delete(number);
    return reading;
  };
}
