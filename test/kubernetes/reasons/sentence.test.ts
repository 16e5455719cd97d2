import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { sentence } from '../../../src/executors/kubernetes/reasons/sentence.ts';

describe('sentence', () => {
  test('says once what the cluster said twice, and then what to do', () => {
    const said = ['pull failed: not found', undefined, '', 'pull failed', ' node is full. '];
    assert.equal(sentence(said, 'Mend it.'), 'pull failed: not found. node is full. Mend it.');
  });

  test('is one line', () => {
    assert.equal(sentence(['one\n  two\n'], 'Mend it.'), 'one two. Mend it.');
  });

  test('never cuts what to do, keeps both ends of what is too long, and is at most 2 KiB', () => {
    const text = sentence([`begin ${'ä€😀'.repeat(1000)} end`], 'Mend it.');
    assert.match(text, /^begin ä.* … \(9011 bytes in all\) … .*end\. Mend it\.$/u);
    assert.ok(Buffer.byteLength(text) <= 2048 && Buffer.byteLength(text) > 2000);
  });

  test('tears no character wherever it cuts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 2048, maxLength: 3000 }), (text) => {
        const told = sentence([text], 'Mend it.');
        assert.ok(Buffer.byteLength(told) <= 2048);
        assert.ok(!told.includes('\uFFFD') || text.includes('\uFFFD'));
      }),
      { numRuns: 200 },
    );
  });
});
