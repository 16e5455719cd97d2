import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { instantFromMs } from '../../src/core/instant.ts';
import { parseScript, scriptWords } from '../../src/executors/scripted/parse-script.ts';
import { replayScript } from '../../src/executors/scripted/replay-script.ts';
import { outputFrom, outputLength } from '../../src/executors/scripted/scripted-output.ts';

describe('parseScript()', () => {
  const mistakes: readonly (readonly [string, number, RegExp])[] = [
    ['stdout a\nexti 3', 2, /did you mean "exit"/],
    ['\n\nsleep soon', 3, /250ms/],
    ['exit 256', 1, /0 to 255/],
    ['wait here', 1, /absolute/],
    ['base64 a', 1, /padding/],
    ['stdout a\npending X "y" for 1s', 2, /before everything/],
    ['pending X "y"', 1, /how long/],
    ['kubectl get pods', 1, /unknown word "kubectl"/],
  ];
  for (const [text, line, message] of mistakes) {
    test(`the mistake in ${JSON.stringify(text)} is found in line ${line}`, () => {
      const script = parseScript(text);
      assert.ok('line' in script);
      assert.equal(script.line, line);
      assert.match(script.message, message);
    });
  }

  test('every word is documented, and the example is understood', async () => {
    const page = await readFile(new URL('../../docs/scripted-executor.md', import.meta.url), 'utf8');
    for (const word of scriptWords) assert.match(page, new RegExp(`\`${word}[ \`]`));
    const example = /```text\n([^`]+)```/.exec(page)?.[1] ?? '';
    assert.ok(!('line' in parseScript(example)) && example !== '');
  });
});

describe('replayScript()', () => {
  const script = parseScript(
    'pending Slow "not yet" for 1s\nstdout a\nsleep 2s\nstdout b\nkilled OOMKilled 137 "too big"',
  );
  assert.ok(!('line' in script));
  const given = {
    startedAt: instantFromMs(10_000),
    timeoutMs: 60_000,
    graceMs: 1000,
    stop: undefined,
    released: new Map(),
  };
  const at = (now: number, more = {}) => replayScript(script, { ...given, now: instantFromMs(now), ...more });

  test('a command goes through its script by the clock alone', () => {
    assert.equal(at(10_500).pending?.reason, 'Slow');
    assert.equal(at(10_500).begunAt, undefined);
    assert.deepEqual([at(11_000).begunAt, outputLength(at(11_000).output)], [11_000, 2]);
    assert.deepEqual([at(12_999).end, at(12_999).nextAt], [undefined, 13_000]);
    const { end, output } = at(13_000);
    assert.deepEqual(end, {
      type: 'killed',
      reason: 'OOMKilled',
      message: 'too big',
      exitCode: 137,
      startedAt: 11_000,
    });
    assert.equal(Buffer.concat([...outputFrom(output, 1)]).toString(), '\nb\n');
  });

  test('a stop while it is pending means that it never started', () => {
    const stop = { at: instantFromMs(10_400), graceMs: 100 };
    assert.deepEqual(at(20_000, { stop }).end, { type: 'neverStarted' });
  });

  test('bytes of a fill are the same from whatever offset they are read', () => {
    const fill = [{ type: 'fill', length: 600_000 }] as const;
    const whole = Buffer.concat([...outputFrom(fill, 0)]);
    assert.equal(whole.length, 600_000);
    assert.deepEqual(Buffer.concat([...outputFrom(fill, 123_457)]), whole.subarray(123_457));
  });
});
