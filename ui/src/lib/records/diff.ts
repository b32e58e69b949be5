/** A stretch of a text, and whether the other text has it, too. */
export interface Piece {
  text: string;
  isOwn: boolean;
}

/** Above this many comparisons what lies between the common ends counts as different whole. */
const MAX_CELLS = 4_000_000;

const wordsOf = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}\p{M}’'-]+|[^\s\p{L}\p{N}\p{M}]/gu) ?? [];

/** Two texts word by word: what each has for itself is marked. */
export function diffWords(first: string, second: string): [Piece[], Piece[]] {
  const [a, b] = [wordsOf(first), wordsOf(second)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [ownA, ownB] = [new Set<number>(), new Set<number>()];
  const [middleA, middleB] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const shared = middleA.length * middleB.length > MAX_CELLS ? [] : common(middleA, middleB);
  for (let index = 0; index < middleA.length; index++) ownA.add(start + index);
  for (let index = 0; index < middleB.length; index++) ownB.add(start + index);
  for (const [at, by] of shared) {
    ownA.delete(start + at);
    ownB.delete(start + by);
  }
  return [piecesOf(a, ownA), piecesOf(b, ownB)];
}

/** The longest run of words that both have in the same order, as pairs of places. */
function common(a: readonly string[], b: readonly string[]): [number, number][] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i += 1;
    else j += 1;
  }
  return pairs;
}

/** Words run together as long as they are of one kind; a space between two of one's own is one's own. */
function piecesOf(words: readonly string[], own: ReadonlySet<number>): Piece[] {
  const isBlank = (index: number) => /^\s+$/.test(words[index] ?? '');
  const pieces: Piece[] = [];
  words.forEach((text, index) => {
    const isOwn = own.has(index) || (isBlank(index) && own.has(index - 1) && own.has(index + 1));
    const last = pieces.at(-1);
    if (last?.isOwn === isOwn) last.text += text;
    else pieces.push({ text, isOwn });
  });
  return pieces;
}
