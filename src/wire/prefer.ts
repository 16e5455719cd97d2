/**
 * How long the client asks us to wait before we answer, in whole seconds: `Prefer: wait=10`. `undefined` where it does
 * not ask or where the preference is malformed, which RFC 7240 §2 has us ignore; of several the first counts.
 * Source: RFC 7240 §4.3.
 */
export function parsePreferWait(header: string | undefined): number | undefined {
  const preferences = (header ?? '').match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  const first = preferences.find((preference) => /^\s*wait\s*(?:[=;]|$)/i.test(preference));
  const match = /^\s*wait\s*=\s*(?:"(\d{1,9})"|(\d{1,9}))\s*(?:;|$)/i.exec(first ?? '');
  const digits = match?.[1] ?? match?.[2];
  return digits === undefined ? undefined : Number(digits);
}
