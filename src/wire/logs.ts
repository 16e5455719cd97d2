import { cutAfter, cutBefore, decodeUtf8 } from './utf8-cut.ts';

/** Output as the `logs` of an ARM result can carry it. */
export interface Logs {
  /** Valid UTF-8 within the limit it was made for. */
  readonly text: string;
  /** How many of the shown bytes were not UTF-8 and stand as U+FFFD. */
  readonly replacedBytes: number;
  /** Whether something was left out. */
  readonly truncated: boolean;
}

/** Byte offsets of a piece of the stored output; the second is exclusive. */
export type OutputRange = readonly [from: number, to: number];

/** Which pieces of the stored output an excerpt is made of. Without `tail`, `head` is all of it. */
export interface ExcerptPlan {
  readonly head: OutputRange;
  readonly tail?: OutputRange;
}

/** What an excerpt is made of. */
export interface ExcerptSource {
  /** The bytes of the plan's `head`. */
  readonly head: Uint8Array;
  /** The bytes of the plan's `tail`; absent where `head` is all there is. */
  readonly tail?: Uint8Array;
  readonly storedBytes: number;
  /** The largest `text`, in bytes of UTF-8, marker included. */
  readonly limitBytes: number;
  /** How to get the whole output, in a few words on one line; stands in the marker. */
  readonly retrieval: string;
}

/** What the head gets of the room, the tail having the rest: errors stand at the end, what was run at the beginning. */
const headShare = 1 / 4;

/** Tells what to read for an excerpt: all where it fits, else the first quarter of the limit and the last three. */
export function planExcerpt(storedBytes: number, limitBytes: number): ExcerptPlan {
  if (storedBytes <= limitBytes) return { head: [0, storedBytes] };
  const headBytes = Math.floor(limitBytes * headShare);
  return { head: [0, headBytes], tail: [storedBytes - (limitBytes - headBytes), storedBytes] };
}

/**
 * Makes `logs` of stored output: all of it where that fits, else its head, one marker line with how much is shown and
 * how to get the rest, and its tail. No character is cut at the seams, and no line unless it is long. Bytes that are not UTF-8 take more room as
 * U+FFFD than they had, so binary output below the limit may have to be shortened too.
 */
export function excerpt(source: ExcerptSource): Logs {
  const { head, storedBytes, limitBytes } = source;
  if (source.tail === undefined) {
    const whole = decodeUtf8(head);
    if (Buffer.byteLength(whole.text) <= limitBytes) return { ...whole, truncated: false };
  }
  // The marker is not longer than with the largest number in both places; two more for its own line breaks.
  const room = limitBytes - Buffer.byteLength(marker(storedBytes, source)) - 2;
  if (room < 0) {
    const alone = cutAfter(Buffer.from(marker(0, source)), limitBytes);
    return { text: decodeUtf8(alone).text, replacedBytes: 0, truncated: true };
  }
  const shownHead = dropLastPartOfLine(cutAfter(head, Math.floor(room * headShare)));
  const shownTail = dropFirstPartOfLine(cutBefore(source.tail ?? head, room - Math.floor(room * headShare)));
  const first = decodeUtf8(shownHead);
  const last = decodeUtf8(shownTail);
  const line = marker(shownHead.length + shownTail.length, source);
  const lineBreak = first.text === '' || first.text.endsWith('\n') ? '' : '\n';
  return {
    text: `${first.text}${lineBreak}${line}\n${last.text}`,
    replacedBytes: first.replacedBytes + last.replacedBytes,
    truncated: true,
  };
}

function marker(shownBytes: number, { storedBytes, retrieval }: ExcerptSource): string {
  const how = retrieval.replace(/\s+/g, ' ').trim();
  return `[longarm] ${shownBytes} of ${storedBytes} bytes are shown; what is missing was left out here. All of them: ${how}`;
}

/** Half a line at a seam can be misread (`exit code 1` for `exit code 10`); a line this long is cut all the same. */
const longLineBytes = 1024;
const lineFeed = 0x0a;

function dropLastPartOfLine(bytes: Uint8Array): Uint8Array {
  const end = bytes.lastIndexOf(lineFeed) + 1;
  return end > bytes.length / 2 && bytes.length - end <= longLineBytes ? bytes.subarray(0, end) : bytes;
}

function dropFirstPartOfLine(bytes: Uint8Array): Uint8Array {
  const start = bytes.indexOf(lineFeed) + 1;
  return start < bytes.length / 2 && start <= longLineBytes ? bytes.subarray(start) : bytes;
}
