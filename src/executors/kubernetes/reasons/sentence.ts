const limitBytes = 2048;

/**
 * The message of a reason: what the cluster said, then what to do about it. What the cluster said twice stands once;
 * nothing else of it is left out, unless all of it is beyond 2 KiB: then its middle is, and the message says how much.
 * @param said sentences of the cluster, most telling first; empty and repeated ones are dropped
 * @param todo what to do, in full sentences; it is never cut
 */
export function sentence(said: readonly (string | undefined)[], todo: string): string {
  const kept: string[] = [];
  for (const each of said) {
    const text = each?.trim().replaceAll(/\s*\n\s*/g, ' ') ?? '';
    if (text === '' || kept.some((earlier) => earlier.includes(text))) continue;
    kept.push(closed(text));
  }
  const words = cutMiddle(kept.join(' '), limitBytes - Buffer.byteLength(todo) - 1);
  return words === '' ? todo : `${words} ${todo}`;
}

function closed(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Leaves out of the middle what is beyond the limit; a character is never torn. */
function cutMiddle(text: string, limit: number): string {
  const size = Buffer.byteLength(text);
  if (size <= limit) return text;
  const marker = ` … (${size} bytes in all) … `;
  const room = limit - Buffer.byteLength(marker);
  const bytes = Buffer.from(text);
  let head = Math.ceil(room / 2);
  while (isContinuation(bytes[head])) head -= 1;
  let tail = size - Math.floor(room / 2);
  while (isContinuation(bytes[tail])) tail += 1;
  return `${bytes.toString('utf8', 0, head)}${marker}${bytes.toString('utf8', tail)}`;
}

/** Whether a byte of UTF-8 goes on with a character that began before it. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte < 0xc0;
}
