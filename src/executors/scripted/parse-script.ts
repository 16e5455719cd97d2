import { isWrittenBelow } from './files-below.ts';
import { nearestWord } from './nearest-word.ts';
import { parseDurationMs, parseNamed, parseSizeBytes } from './script-values.ts';
import type { PendingStep, Script, ScriptError, Step } from './script.ts';

/** What a script may be made of, in the order of the documentation. */
export const scriptWords = [
  'stdout',
  'stderr',
  'base64',
  'bytes',
  'sleep',
  'wait',
  'append',
  'linger',
  'ignore-term',
  'exit',
  'killed',
  'lost',
  'pending',
  'refuse',
] as const;

type Word = (typeof scriptWords)[number];

type Parsed =
  | { readonly step: Step }
  | { readonly pending: PendingStep }
  | { readonly append: { readonly path: string; readonly line: string } }
  | { readonly refusal: { readonly reason: string; readonly message: string } }
  | { readonly nothing: true }
  | { readonly error: string };

/**
 * Reads a script: one step a line; empty lines and lines that begin with `#` say nothing. What comes behind an
 * ending is read, so that a mistake in it is found, and never reached.
 * @param filesBelow the directory that `append` and `wait` may name files in; without it neither is taken, because
 *   whoever may run a script could otherwise write to, and ask for, any file of the server's user.
 */
export function parseScript(text: string, filesBelow?: string): Script | ScriptError {
  const pending: PendingStep[] = [];
  const appends: { path: string; line: string }[] = [];
  const steps: Step[] = [];
  let refusal: Script['refusal'];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const parsed = parseLine(line, filesBelow);
    if ('error' in parsed) return { line: index + 1, message: parsed.error };
    if ('pending' in parsed) {
      if (steps.length > 0) return { line: index + 1, message: 'pending comes before everything that happens' };
      pending.push(parsed.pending);
    }
    if ('append' in parsed) appends.push(parsed.append);
    if ('refusal' in parsed) refusal ??= parsed.refusal;
    if ('step' in parsed) steps.push(parsed.step);
  }
  return { pending, appends, steps, ...(refusal === undefined ? {} : { refusal }) };
}

function parseLine(line: string, filesBelow: string | undefined): Parsed {
  const [, first = '', rest = ''] = /^(\S+)(?: (.*))?$/.exec(line) ?? [];
  const word = scriptWords.find((known) => known === first);
  if (word === undefined) {
    const shown = shorten(first);
    return { error: `unknown word "${shown}"; did you mean "${nearestWord(shown, scriptWords)}"?` };
  }
  const parsed = parseStep(word, rest.trim(), rest);
  const path = pathIn(parsed);
  if (path === undefined) return parsed;
  if (filesBelow === undefined) {
    return { error: `${word} is not taken here: this executor was given no directory for the files of scripts` };
  }
  return isWrittenBelow(filesBelow, path)
    ? parsed
    : { error: `${word} takes a path below ${filesBelow}, without ".."` };
}

/** What is quoted of a script. Without it a word of a megabyte would be compared with each known one, letter by letter. */
function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function pathIn(parsed: Parsed): string | undefined {
  if ('append' in parsed) return parsed.append.path;
  return 'step' in parsed && parsed.step.type === 'wait' ? parsed.step.path : undefined;
}

function parseStep(word: Word, rest: string, verbatim: string): Parsed {
  switch (word) {
    case 'stdout':
    case 'stderr':
      return { step: { type: 'write', bytes: new TextEncoder().encode(`${verbatim}\n`) } };
    case 'base64':
      return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(rest)
        ? { step: { type: 'write', bytes: Buffer.from(rest, 'base64') } }
        : { error: 'base64 takes bytes in base64, with their padding' };
    case 'bytes': {
      const length = parseSizeBytes(rest);
      return length === undefined
        ? { error: `bytes takes a size like 512, 64KiB or 10MiB, not "${shorten(rest)}"` }
        : { step: { type: 'fill', length } };
    }
    case 'sleep':
      return withDuration(word, rest, (durationMs) => ({ step: { type: 'sleep', durationMs } }));
    case 'linger':
      return withDuration(word, rest, () => ({ nothing: true }));
    case 'wait':
      return rest.startsWith('/') ? { step: { type: 'wait', path: rest } } : { error: 'wait takes an absolute path' };
    case 'append': {
      const [, path, text] = /^(\/\S*) (.+)$/.exec(rest) ?? [];
      if (path === undefined || text === undefined)
        return { error: 'append takes an absolute path and a line of text' };
      return { append: { path, line: text } };
    }
    case 'ignore-term':
      return rest === '' ? { step: { type: 'ignoreTerm' } } : { error: 'ignore-term takes nothing' };
    case 'exit':
      return /^\d{1,3}$/.test(rest) && Number(rest) <= 255
        ? { step: { type: 'exit', exitCode: Number(rest) } }
        : { error: `exit takes a code from 0 to 255, not "${shorten(rest)}"` };
    case 'lost':
      return { step: { type: 'lost', message: rest === '' ? 'The script says so.' : rest } };
    case 'killed':
      return parseKilled(rest);
    case 'refuse': {
      const named = parseNamed(rest);
      return named === undefined ? { error: 'refuse takes a reason and a message' } : { refusal: named };
    }
    case 'pending':
      return parsePending(rest);
  }
}

function withDuration(word: Word, rest: string, make: (durationMs: number) => Parsed): Parsed {
  const durationMs = parseDurationMs(rest);
  return durationMs === undefined
    ? { error: `${word} takes a duration like 250ms, 2s, 5m or 1h, not "${shorten(rest)}"` }
    : make(durationMs);
}

function parseKilled(rest: string): Parsed {
  const [, reason, code, words] = /^([A-Za-z]\w*)(?: (\d{1,3}))?(?: (.+))?$/.exec(rest) ?? [];
  if (reason === undefined || Number(code ?? 0) > 255) {
    return { error: 'killed takes a reason, then perhaps an exit code, then perhaps a message' };
  }
  const message = parseNamed(`${reason} ${words ?? ''}`)?.message ?? 'The script says so.';
  return { step: { type: 'killed', reason, message, ...(code === undefined ? {} : { exitCode: Number(code) }) } };
}

function parsePending(rest: string): Parsed {
  const [, named = '', duration = ''] = /^(.+) for (\S+)$/.exec(rest) ?? [];
  const durationMs = parseDurationMs(duration);
  const words = parseNamed(named);
  return words === undefined || durationMs === undefined
    ? { error: 'pending takes a reason, a message, and how long: pending Unschedulable "0/3 nodes" for 2s' }
    : { pending: { ...words, durationMs } };
}
