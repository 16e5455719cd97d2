import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parsePreferWait } from '../../src/wire/prefer.ts';

describe('parsePreferWait()', () => {
  const vectors: readonly (readonly [string | undefined, number | undefined])[] = [
    [undefined, undefined],
    ['', undefined],
    ['wait=10', 10],
    ['respond-async, wait=100, handling=lenient', 100],
    ['Wait = 7', 7],
    ['wait="25"', 25],
    ['wait=5; hint=x', 5],
    ['wait=0', 0],
    ['wait=3, wait=9', 3],
    ['wait=soon, wait=9', undefined],
    ['wait', undefined],
    ['wait=-1', undefined],
    ['wait=1.5', undefined],
    ['waiting=9', undefined],
    ['foo="a, wait=9"', undefined],
    ['wait=99999999999999999999', undefined],
  ];
  for (const [header, seconds] of vectors) {
    test(`${header === undefined ? 'no header' : `Prefer: ${header}`} asks to wait ${seconds ?? 'for nothing'}`, () => {
      assert.equal(parsePreferWait(header), seconds);
    });
  }

  test('arbitrary text gives a whole number of seconds or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^wait[=;," \d]*$/)), (header) => {
        const seconds = parsePreferWait(header);
        assert.ok(seconds === undefined || (Number.isSafeInteger(seconds) && seconds >= 0));
      }),
    );
  });
});
