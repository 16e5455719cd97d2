/** As `node --import` gives it to a server: the machine's clock, set by as many milliseconds as a file says. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crashVariable, parseControl } from '../crash-control.ts';

const control = parseControl(process.env[crashVariable]);
if (control !== undefined) {
  const file = join(dirname(control.armFile), 'clock-set-by');
  const realNow = Date.now.bind(Date);
  const now = (): number => realNow() + (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0);
  Date.now = now;
  globalThis.Date = new Proxy(Date, {
    construct: (target, given) => (given.length === 0 ? new target(now()) : Reflect.construct(target, given)),
  });
}
