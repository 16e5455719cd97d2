import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseByteRange, toContentRange } from '../../src/wire/byte-range.ts';
import { assertRefused, onlyRefuses } from './refusal.ts';

describe('parseByteRange()', () => {
  for (const [header, from, to] of [
    ['bytes=0-499', 0, 500],
    ['bytes=500-999', 500, 1000],
    ['bytes=-500', 9500, 10000],
    ['bytes=9500-', 9500, 10000],
    ['bytes=0-0', 0, 1],
    ['bytes=-1', 9999, 10000],
    ['bytes=-20000', 0, 10000],
    ['bytes=9999-99999999999999999999999', 9999, 10000],
    ['Bytes = 5 - 6', 5, 7],
  ] as const) {
    test(`${header} of 10000 bytes is ${from} up to ${to}`, () => {
      assert.deepEqual(parseByteRange(header, 10000), { from, to });
    });
  }

  for (const header of [undefined, '', 'bytes=0-0,-1', 'lines=1-2', 'bytes=9-1', 'bytes=-', 'bytes=a-b', 'bytes 0-4']) {
    test(`${header ?? 'no header'} asks for the whole`, () => {
      assert.equal(parseByteRange(header, 10000), undefined);
    });
  }

  for (const [header, size] of [
    ['bytes=10000-', 10000],
    ['bytes=10001-10002', 10000],
    ['bytes=-0', 10000],
    ['bytes=0-', 0],
  ] as const) {
    test(`${header} of ${size} bytes cannot be satisfied`, () => {
      assertRefused(() => parseByteRange(header, size), { code: 'InvalidRange', target: 'Range' });
    });
  }

  test('the last bytes of nothing are the whole of nothing', () => {
    assert.equal(parseByteRange('bytes=-5', 0), undefined);
  });

  test('whatever is asked, the piece lies within the whole and is not empty', () => {
    const bound = fc.oneof(fc.constant(''), fc.nat({ max: 200 }).map(String));
    fc.assert(
      fc.property(bound, bound, fc.nat({ max: 100 }), (first, last, size) =>
        onlyRefuses(() => {
          const range = parseByteRange(`bytes=${first}-${last}`, size);
          if (range !== undefined) assert.ok(0 <= range.from && range.from < range.to && range.to <= size);
        }),
      ),
    );
  });
});

describe('toContentRange()', () => {
  test('the last byte is told inclusive', () => {
    assert.equal(toContentRange({ from: 0, to: 500 }, 1234), 'bytes 0-499/1234');
  });
});
