import { type Instant, instantFromMs } from '../../../core/instant.ts';
import { type EndRecord, recordNames } from '../../supervisor/conclude-record.ts';
import { parseExitRecord } from '../../supervisor/spool-directory.ts';

/** What the spool directory says of a command, as `spool-script.ts` tells it. */
export interface SpoolFacts {
  /** Who decided about the start; `undefined` while nobody did. */
  readonly gate: 'open' | 'barred' | undefined;
  readonly began: Instant | undefined;
  readonly record: EndRecord | undefined;
  readonly sizeBytes: number;
  /** The last lines that supervisor, pump and gate said. */
  readonly said: readonly string[];
}

/** The longest line that is looked at, and how many there may be of what was said: a command can write there too. */
const longestLine = 8192;
const mostSaid = 20;

/** Reads the lines that come with a read of the spool, as they come. What is beyond a line's or their limit is dropped. */
export class FactLines {
  /** Called once, when the command is seen to have begun. */
  readonly #onBegan: (at: Instant) => void;
  readonly #onHello: () => void;
  readonly #decoder = new TextDecoder();
  readonly #said: string[] = [];
  #rest = '';
  #gate: SpoolFacts['gate'];
  #began: Instant | undefined;
  #record: SpoolFacts['record'];
  #sizeBytes: number | undefined;
  #ended = false;

  constructor(on: { readonly began: (at: Instant) => void; readonly hello: () => void }) {
    this.#onBegan = on.began;
    this.#onHello = on.hello;
  }

  /** Takes what came on stderr. */
  take(bytes: Uint8Array): void {
    const lines = `${this.#rest}${this.#decoder.decode(bytes, { stream: true })}`.split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines) this.#line(line);
  }

  /** All that was said; `undefined` where it broke off before its end. */
  get facts(): SpoolFacts | undefined {
    if (!this.#ended || this.#sizeBytes === undefined) return undefined;
    return {
      gate: this.#gate,
      began: this.#began,
      record: this.#record,
      sizeBytes: this.#sizeBytes,
      said: this.#said,
    };
  }

  #line(line: string): void {
    const [word = '', ...rest] = line.split(' ');
    const text = rest.join(' ');
    switch (word) {
      case 'hello':
        return this.#onHello();
      case 'gate':
        this.#gate = text === 'open' || text === 'barred' ? text : undefined;
        return;
      case 'began': {
        const at = parseFileTime(text);
        if (at === undefined || this.#began !== undefined) return;
        this.#began = at;
        return this.#onBegan(at);
      }
      case 'record':
        this.#record ??= parseRecord(text);
        return;
      case 'said':
        if (text.trim() !== '' && this.#said.length < mostSaid) this.#said.push(text.slice(0, longestLine));
        return;
      case 'size':
        this.#sizeBytes = /^\d+$/.test(text) ? Number(text) : undefined;
        return;
      case 'end':
        this.#ended = true;
    }
  }
}

function parseRecord(text: string): SpoolFacts['record'] {
  const match = /^(exit|broken|severed|unbegun) ([0-9a-f]*) at (.*)$/.exec(text);
  const at = parseFileTime(match?.[3] ?? '');
  const name = recordNames.find((known) => known === match?.[1]);
  if (name === undefined || at === undefined) return undefined;
  return { name, at, content: parseExitRecord(Buffer.from(match?.[2] ?? '', 'hex').toString('latin1')) };
}

/**
 * Reads a file's time as `stat -c '%Y %y'` writes it: `1763930900 2026-11-23 20:48:20.123456789 +0000`. Of what is behind
 * the seconds only their fraction counts: an older busybox writes local time and does not say whose.
 */
export function parseFileTime(text: string): Instant | undefined {
  const match = /^(\d{1,12}) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.(\d+))?(?: [+-]\d{4})?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, seconds, fraction = ''] = match;
  return instantFromMs(Number(seconds) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0')));
}
