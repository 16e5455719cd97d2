import { singleLine } from '../wire/quote.ts';
import type { CliContext } from './context.ts';
import { paint, say } from './paint.ts';
import { cut } from './table.ts';

/** One line on stderr that tells what is being waited for, and leaves nothing behind. */
export interface StatusLine {
  /** On a terminal the line is redrawn; elsewhere a new text is a line of its own. */
  show(text: string): void;
  /** Removes the line from the terminal; to be called before anything else is written there. */
  clear(): void;
  /** Clears it and shows nothing more. */
  end(): void;
}

const eraseLine = '\r\u001b[K';

/** A status line for this terminal. */
export function createStatusLine(context: CliContext): StatusLine {
  const { stderr } = context;
  let shown = '';
  let ended = false;

  function clear(): void {
    if (stderr.isTTY && shown !== '') stderr.stream.write(eraseLine);
    if (stderr.isTTY) shown = '';
  }

  return {
    show: (text) => {
      if (ended || text === shown) return;
      if (stderr.isTTY) {
        // Some pseudo-terminals say that they are 0 columns wide.
        const columns = stderr.columns() === 0 ? 80 : stderr.columns();
        const line = cut(singleLine(text), columns - 1);
        stderr.stream.write(`${eraseLine}${paint(context, stderr, 'faint', line)}`);
      } else {
        say(context, text);
      }
      shown = text;
    },
    clear,
    end: () => {
      clear();
      ended = true;
    },
  };
}
