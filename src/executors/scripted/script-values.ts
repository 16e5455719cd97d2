const durations = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const sizes = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** Milliseconds of `250ms`, `1.5s`, `5m` or `1h`; `undefined` for anything else. */
export function parseDurationMs(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const factor = Object.entries(durations).find(([name]) => name === unit)?.[1];
  return factor === undefined ? undefined : Number(amount) * factor;
}

/** Bytes of `512`, `512B`, `64KiB`, `10MiB` or `1GiB`; `undefined` for anything else. */
export function parseSizeBytes(text: string): number | undefined {
  const [, amount, unit = 'B'] = /^(\d+)(B|KiB|MiB|GiB)?$/.exec(text) ?? [];
  const factor = Object.entries(sizes).find(([name]) => name === unit)?.[1];
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor;
}

/** A reason, one word, and a message, which may stand in double quotes; `undefined` where one is missing. */
export function parseNamed(text: string): { readonly reason: string; readonly message: string } | undefined {
  const [, reason, words = ''] = /^([A-Za-z]\w*) +(.+)$/.exec(text.trim()) ?? [];
  const message = /^"(.*)"$/.exec(words)?.[1] ?? words;
  return reason === undefined || message === '' ? undefined : { reason, message };
}
