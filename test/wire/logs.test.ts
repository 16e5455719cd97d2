import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { excerpt, type Logs, planExcerpt } from '../../src/wire/logs.ts';

const retrieval = 'longarm output 0e98';

/** Reads what the plan asks for, as a store would, and makes the excerpt. */
function excerptOf(output: Uint8Array, limitBytes: number): Logs {
  const { head, tail } = planExcerpt(output.length, limitBytes);
  return excerpt({
    head: output.subarray(...head),
    ...(tail === undefined ? {} : { tail: output.subarray(...tail) }),
    storedBytes: output.length,
    limitBytes,
    retrieval,
  });
}

describe('planExcerpt()', () => {
  test('output within the limit is read whole', () => {
    assert.deepEqual(planExcerpt(0, 100), { head: [0, 0] });
    assert.deepEqual(planExcerpt(100, 100), { head: [0, 100] });
  });

  test('of longer output the first quarter of the limit is read and the last three', () => {
    assert.deepEqual(planExcerpt(1_000_000, 1000), { head: [0, 250], tail: [999_250, 1_000_000] });
  });

  test('the ranges never overlap and never ask for more than the limit', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 1_000_000 }), (stored, limit) => {
        const { head, tail = [head[1], head[1]] } = planExcerpt(stored, limit);
        assert.ok(head[0] === 0 && head[0] <= head[1] && head[1] <= tail[0] && tail[0] <= tail[1]);
        assert.ok(head[1] - head[0] + (tail[1] - tail[0]) <= limit);
        assert.equal(tail[1], stored);
      }),
    );
  });
});

describe('excerpt()', () => {
  test('short output is given as it is', () => {
    assert.deepEqual(excerptOf(Buffer.from('namespace dummy created\n'), 512), {
      text: 'namespace dummy created\n',
      replacedBytes: 0,
      truncated: false,
    });
  });

  test('long output is head, one marker line with both sizes and the way to the rest, and tail', () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `line ${String(index).padStart(4, '0')}\n`).join('');
    const { text, truncated } = excerptOf(Buffer.from(lines), 1000);
    const parts = /^([^[]*)(\[longarm\].*)\n([^]*)$/.exec(text);
    assert.ok(truncated && parts !== null, text);
    const [, head = '', marker = '', tail = ''] = parts;
    assert.ok(lines.startsWith(head) && lines.endsWith(tail));
    assert.ok(head.endsWith('\n') && tail.startsWith('line '), 'lines are whole');
    assert.ok(tail.length > 2 * head.length, 'errors stand at the end');
    assert.match(marker, new RegExp(`^\\[longarm\\] ${head.length + tail.length} of 10000 bytes .*${retrieval}$`));
  });

  test('a line break that stands at the seam is not doubled', () => {
    const { text } = excerptOf(Buffer.from('\n'.repeat(5000)), 400);
    assert.match(text, /^\n+\[longarm\]/);
    assert.doesNotMatch(text, /[^\n]\n\n\[longarm\]/);
  });

  test('binary output within the limit is shortened too where its text would be too long', () => {
    const logs = excerptOf(Buffer.alloc(600, 0xff), 1000);
    assert.ok(logs.truncated && Buffer.byteLength(logs.text) <= 1000);
    assert.equal(logs.text.split('\ufffd').length - 1, logs.replacedBytes);
  });

  test('the text keeps to the limit, is well-formed, and shows beginning and end', () => {
    const output = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc.string({ unit: 'binary', maxLength: 1000 }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(output, fc.integer({ min: 1, max: 1500 }), (bytes, limit) => {
        const logs = excerptOf(bytes, limit);
        assert.ok(Buffer.byteLength(logs.text) <= limit, `${Buffer.byteLength(logs.text)} > ${limit}`);
        assert.ok(logs.text.isWellFormed());
        assert.equal(logs.truncated, logs.text !== Buffer.from(bytes).toString('utf8'));
      }),
      { numRuns: 500 },
    );
  });

  test('characters at the seams are whole or left out, never replaced', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('é', '€', '😀'),
        fc.integer({ min: 200, max: 400 }),
        fc.nat({ max: 3 }),
        (one, limit, shift) => {
          const logs = excerptOf(Buffer.from('a'.repeat(shift) + one.repeat(1000)), limit);
          assert.equal(logs.replacedBytes, 0);
          assert.doesNotMatch(logs.text, /\ufffd/);
        },
      ),
    );
  });

  test('a limit below the marker gives what of it fits', () => {
    const logs = excerptOf(Buffer.alloc(100, 'x'), 10);
    assert.deepEqual(logs, { text: '[longarm] ', replacedBytes: 0, truncated: true });
  });
});
