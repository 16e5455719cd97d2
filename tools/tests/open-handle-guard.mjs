/**
 * Loaded into every test process (`node --import`): ends one that its own tests keep alive, and says what it left
 * open. Without it a forgotten server would only show as a file that takes too long.
 */
import { after } from 'node:test';

/** How long a process may take to close what it has open, once its last test is over. */
const graceMs = 5000;

function report() {
  const open = process.getActiveResourcesInfo().filter((kind) => kind !== 'PipeWrap' && kind !== 'TTYWrap');
  process.stderr.write(`left open ${graceMs} ms after the last test: ${open.join(', ') || 'only pipes'}\n`);
  process.exit(1);
}

if (process.env.NODE_TEST_CONTEXT !== undefined) after(() => void setTimeout(report, graceMs).unref());
