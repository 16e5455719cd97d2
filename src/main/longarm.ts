import { fstatSync } from 'node:fs';
import { machineClock } from '../client/client-clock.ts';
import type { CliContext, Terminal } from '../cli/context.ts';
import { runCli } from '../cli/program.ts';
import { serverVerbs } from './server-verbs.ts';
import { version } from './version.ts';

/** Runs the command line of a process: reads its arguments, sets its exit code. Never throws. */
export async function runLongarm(self: NodeJS.Process): Promise<void> {
  const context: CliContext = {
    stdin: self.stdin,
    stdout: terminalOf(self.stdout),
    stderr: terminalOf(self.stderr),
    environment: self.env,
    workingDirectory: self.cwd(),
    version,
    clock: machineClock,
    onInterrupt: (listener) => {
      self.on('SIGINT', listener);
      return () => self.off('SIGINT', listener);
    },
    onTerminate: (listener) => {
      self.on('SIGTERM', listener);
      return () => self.off('SIGTERM', listener);
    },
    stdinHasInput: hasInput,
    setExitCode: (code) => {
      self.exitCode = code;
    },
    serverVerbs,
  };
  await runCli(context, self.argv.slice(2));
}

function terminalOf(stream: NodeJS.WriteStream): Terminal {
  // Some pseudo-terminals say that they are 0 columns wide.
  return { stream, isTTY: stream.isTTY === true, columns: () => stream.columns || 80 };
}

/** Looks without reading: in `while read …; do longarm invoke …; done` the rest of stdin is the loop's. */
function hasInput(): boolean {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || (stdin.isFile() && stdin.size > 0);
  } catch {
    // Closed: there is none.
    return false;
  }
}
