import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { CrashControl } from '../crash-control.ts';

/** At a crash point: notes it, and dies there and then if it is the one. */
export function pointPasser({ armFile, traceFile }: CrashControl): (point: string) => void {
  return (point) => {
    if (existsSync(traceFile)) appendFileSync(traceFile, `${point}\n`);
    if (!existsSync(armFile)) return;
    if (readFileSync(armFile, 'utf8') !== point) return;
    process.kill(process.pid, 'SIGKILL');
    for (;;); // The signal arrives before this is over; nothing more must happen until then.
  };
}
