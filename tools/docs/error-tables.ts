import { errorCatalogue } from '../../src/core/error-code.ts';
import { ownReasons } from '../../src/core/failure.ts';

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** Every error that a client may be answered with, as a Markdown table. */
export function errorTable(): string {
  const rows = Object.entries(errorCatalogue).map(([code, { status, when }]) =>
    row(String(status), `\`${code}\``, when),
  );
  return [row('status', 'code', 'when'), row('---', '---', '---'), ...rows].join('\n');
}

/** Every reason for a failed command that Longarm names itself, as a Markdown table. */
export function reasonTable(): string {
  const rows = Object.entries(ownReasons).map(([reason, meaning]) => row(`\`${reason}\``, meaning));
  return [row('reason', 'what it means'), row('---', '---'), ...rows].join('\n');
}
