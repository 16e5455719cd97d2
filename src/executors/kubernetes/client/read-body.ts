import type { IncomingMessage } from 'node:http';

/** The longest answer that is taken; a page of pods is far below. */
const mostBytes = 64 * 1024 * 1024;
/** The longest answer of an error that is looked at. */
const mostErrorBytes = 256 * 1024;

/**
 * Reads the whole of an answer as text.
 * @throws {Error} when it is longer than 64 MiB, and when it ends before its end
 */
export async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue; // No encoding was set, so there is nothing else.
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`its answer is longer than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Reads what an answer outside 2xx says: as much of it as comes, and no more than is worth a message. */
export async function readErrorBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > mostErrorBytes) break;
    }
  } catch {
    // The status is known, and is the error that matters; half of its words are better than none.
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Parsed JSON, or `undefined` for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
