import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { CrashControl } from '../crash-control.ts';

/** What comes before the name of an armed point where the server is to live through its first passing. */
export const again = 'again ';

/** At a crash point: notes it, and dies there and then if it is the one. */
export function pointPasser({ armFile, traceFile }: CrashControl): (point: string) => void {
  let lived = '';
  return (point) => {
    if (existsSync(traceFile)) appendFileSync(traceFile, `${point}\n`);
    if (!existsSync(armFile)) return;
    const armed = readFileSync(armFile, 'utf8');
    if (armed === `${again}${point}` && lived !== armed) {
      lived = armed;
      return;
    }
    if (armed !== point && armed !== `${again}${point}`) return;
    process.kill(process.pid, 'SIGKILL');
    for (;;); // The signal arrives before this is over; nothing more must happen until then.
  };
}
