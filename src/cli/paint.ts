import { styleText } from 'node:util';
import { singleLine } from '../wire/quote.ts';
import type { CliContext, Terminal } from './context.ts';

/** What a piece of text is for; the colour follows from it. */
export type Tone = 'bad' | 'good' | 'faint' | 'strong';

const styles = { bad: 'red', good: 'green', faint: 'dim', strong: 'bold' } as const;

/** Whether a terminal shows colours: it is one, and nobody said no (https://no-color.org). */
export function showsColour(context: CliContext, terminal: Terminal): boolean {
  const { NO_COLOR, TERM } = context.environment;
  return terminal.isTTY && (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb';
}

/** Colours a text where the terminal shows colours. */
export function paint(context: CliContext, terminal: Terminal, tone: Tone, text: string): string {
  // Whether the stream has colours was decided above, with the environment that we were given.
  return showsColour(context, terminal) ? styleText(styles[tone], text, { validateStream: false }) : text;
}

/** Writes a line for people. What the server said in it can neither break the line nor command the terminal. */
export function say(context: CliContext, text: string, tone?: Tone): void {
  const line = singleLine(text);
  // A status line may stand where this line goes.
  const erase = context.stderr.isTTY ? '\r\u001b[K' : '';
  context.stderr.stream.write(`${erase}${tone === undefined ? line : paint(context, context.stderr, tone, line)}\n`);
}
