import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { quote, singleLine } from '../../src/wire/quote.ts';

describe('quote()', () => {
  for (const [text, shown] of [
    ['plain', '"plain"'],
    ['grün 😀', '"grün 😀"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['\u001b[31m', '"\\u{1b}[31m"'],
    ['\u202etxt.exe', '"\\u{202e}txt.exe"'],
    ['\ud800', '"\\u{d800}"'],
    ['x'.repeat(81), `"${'x'.repeat(80)}…"`],
  ] as const) {
    test(`${JSON.stringify(text).slice(0, 40)} is shown without harm`, () => {
      assert.equal(quote(text), shown);
    });
  }

  test('nothing that a terminal might obey gets through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(quote(text), /\p{C}/u);
        assert.doesNotMatch(singleLine(text), /\p{C}|\n/u);
      }),
    );
  });
});
