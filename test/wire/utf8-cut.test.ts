import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cutAfter, cutBefore, decodeUtf8 } from '../../src/wire/utf8-cut.ts';

const mixed = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 9 }),
    ),
  )
  .map((parts) => Buffer.concat(parts));

describe('decodeUtf8()', () => {
  const vectors: readonly (readonly [string, readonly number[], string, number])[] = [
    ['ASCII', [0x61, 0x0a], 'a\n', 0],
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x61], '\ufeffa', 0],
    ['a true U+FFFD', [0xef, 0xbf, 0xbd], '\ufffd', 0],
    ['a lone byte', [0x61, 0xff, 0x62], 'a\ufffdb', 1],
    ['a character that breaks off (one replacement for two bytes)', [0xe2, 0x82, 0x62], '\ufffdb', 2],
    ['a break-off before a true U+FFFD', [0xf0, 0xef, 0xbf, 0xbd], '\ufffd\ufffd', 1],
    ['a surrogate', [0xed, 0xa0, 0x80], '\ufffd\ufffd\ufffd', 3],
    ['an overlong slash', [0xc0, 0xaf], '\ufffd\ufffd', 2],
  ];
  for (const [what, bytes, text, replacedBytes] of vectors) {
    test(`${what} is decoded with ${replacedBytes} bytes replaced`, () => {
      assert.deepEqual(decodeUtf8(Uint8Array.from(bytes)), { text, replacedBytes });
    });
  }

  test('bytes are replaced exactly where they are not UTF-8', () => {
    fc.assert(
      fc.property(mixed, (bytes) => {
        const { text, replacedBytes } = decodeUtf8(bytes);
        assert.ok(text.isWellFormed());
        assert.equal(replacedBytes === 0, isUtf8(bytes));
        assert.ok(replacedBytes >= 0 && replacedBytes <= bytes.length);
      }),
    );
  });
});

describe('cutAfter() and cutBefore()', () => {
  test('the pieces fit, are a beginning and an end, and cut no character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat({ max: 40 }), (text, limit) => {
        const bytes = Buffer.from(text);
        const head = decodeUtf8(cutAfter(bytes, limit));
        const tail = decodeUtf8(cutBefore(bytes, limit));
        assert.deepEqual([head.replacedBytes, tail.replacedBytes], [0, 0]);
        assert.ok(decodeUtf8(bytes).text.startsWith(head.text) && decodeUtf8(bytes).text.endsWith(tail.text));
        for (const piece of [head, tail]) {
          assert.ok(Buffer.byteLength(piece.text) <= limit);
          // No more than the largest character but one byte is left unused.
          assert.ok(Buffer.byteLength(piece.text) > Math.min(limit, bytes.length) - 4);
        }
      }),
    );
  });

  test('of binary bytes the pieces use nearly all the room', () => {
    const noise = fc.uint8Array({ minLength: 3000, maxLength: 4000 });
    fc.assert(
      fc.property(noise, fc.integer({ min: 500, max: 2000 }), (bytes, limit) => {
        for (const piece of [cutAfter(bytes, limit), cutBefore(bytes, limit)]) {
          assert.ok(Buffer.byteLength(decodeUtf8(piece).text) > 0.9 * limit);
        }
      }),
    );
  });

  test('the pieces of any bytes fit as text', () => {
    fc.assert(
      fc.property(mixed, fc.nat({ max: 40 }), (bytes, limit) => {
        for (const piece of [cutAfter(bytes, limit), cutBefore(bytes, limit)]) {
          assert.ok(Buffer.byteLength(decodeUtf8(piece).text) <= limit);
        }
      }),
    );
  });
});
