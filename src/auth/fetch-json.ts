const maxBytes = 1024 * 1024;

/**
 * Fetches a JSON document. Rejects, with the URL and the reason, on any status but 200, on redirects, on bodies that
 * are no JSON or larger than 1 MiB, and when `signal` aborts.
 */
export type FetchJson = (url: string, signal: AbortSignal) => Promise<unknown>;

/** Tells whether a URL may be fetched: https, or http on loopback. */
export function isFetchable(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username } = new URL(url);
  if (username !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
}

/** `FetchJson` over the network. */
export const fetchJson: FetchJson = async (url, signal) => {
  if (!isFetchable(url)) throw new Error(`'${url}' is not an https URL.`);
  const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new Error(`${url} answered with status ${response.status}.`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body: AsyncIterable<Uint8Array> = response.body;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new Error(`${url} answered with more than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  const document: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return document;
};
