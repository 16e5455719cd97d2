import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseLauncherRecord } from '../../../src/executors/process/process-identity.ts';
import { parseScript } from '../../../src/executors/scripted/parse-script.ts';
import { parseExitRecord } from '../../../src/executors/supervisor/spool-directory.ts';
import { hostileText, tries } from './corpus.ts';

const { parameters, title } = tries(40_000, 40);
const exits = ['0 exit 12                                      \n', '137 stop 0 \n', '255 timeout 9007199254740991\n'];
const stat = '4711 (sh (x) y) S 1 4711 4711 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 123456 2965504 440';
const launchers = [`4711\n0b0b6a0e-1111-4222-8333-444455556666\n${stat}\n`];
const scripts = [
  'stdout a\nsleep 10ms\nexit 3',
  'pending ImagePullBackOff "no" for 1s',
  'killed OOMKilled 137 "x"',
  'linger 10m',
];

describe('records that an executor reads back', () => {
  test(`an exit record is read exactly or not at all, and never as 0 that it does not say: ${title}`, () => {
    fc.assert(
      fc.property(hostileText(exits), (text) => {
        const record = parseExitRecord(text);
        if (record === undefined) return;
        const { exitCode, cause, bytes } = record;
        assert.ok(exitCode >= 0 && exitCode <= 255 && Number.isSafeInteger(bytes) && bytes >= 0);
        assert.equal(text.trimEnd(), `${exitCode} ${cause} ${bytes}`);
        assert.ok(text.endsWith('\n'));
      }),
      parameters,
    );
  });

  test(`an exit record comes back as the supervisor writes it: ${title}`, () => {
    const cause = fc.constantFrom('exit', 'stop', 'timeout');
    fc.assert(
      fc.property(fc.nat({ max: 255 }), cause, fc.maxSafeNat(), (exitCode, what, bytes) => {
        const line = `${exitCode} ${what} ${bytes}`.padEnd(47);
        assert.deepEqual(parseExitRecord(`${line}\n`), { exitCode, cause: what, bytes });
        assert.equal(parseExitRecord(line), undefined, 'a record without its end was not written whole');
        assert.equal(parseExitRecord(`${line}\n`.slice(1 + String(exitCode).length)), undefined);
      }),
      parameters,
    );
  });

  test(`a launcher’s record names a process that there can be, or none: ${title}`, () => {
    fc.assert(
      fc.property(
        hostileText([...launchers, ...launchers.map((record) => '9'.repeat(20) + record), stat, '4711\n']),
        (text) => {
          const identity = parseLauncherRecord(text);
          if (identity === undefined) return;
          // Signals go to this number: 0 and negative ones are groups, and a number that is none must never get there.
          assert.ok(Number.isSafeInteger(identity.pid) && identity.pid > 0, `pid ${identity.pid}`);
          assert.notEqual(identity.startedAt, '');
        },
      ),
      parameters,
    );
  });

  test(`a script is understood, or its line is named in few words: ${title}`, () => {
    const long = fc.constantFrom(...scripts, 'stdouX', 'exit ').map((text) => text + 'x'.repeat(1_000_000));
    fc.assert(
      fc.property(fc.oneof({ arbitrary: hostileText(scripts), weight: 50 }, { arbitrary: long, weight: 1 }), (text) => {
        const started = performance.now();
        const script = parseScript(text);
        assert.ok(performance.now() - started < 2000, 'it took more than two seconds');
        if ('line' in script) assert.ok(script.message.length < 200, script.message.slice(0, 300));
      }),
      parameters,
    );
  });
});
