import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseCommandIdParam } from '../../src/wire/cluster-path.ts';
import { instantFromMs } from '../../src/core/instant.ts';
import { parseSkipToken, toSkipToken } from '../../src/wire/paging.ts';
import { assertRefused, onlyRefuses } from './refusal.ts';

const hex = fc.stringMatching(/^[0-9a-f]{32}$/);

describe('parseSkipToken()', () => {
  test('every cursor comes back from its token, which needs no escaping in a URL', () => {
    fc.assert(
      fc.property(hex, fc.nat({ max: 4_102_444_800_000 }), (text, ms) => {
        const cursor = { submittedAt: instantFromMs(ms), id: parseCommandIdParam({ commandId: text }) };
        const token = toSkipToken(cursor);
        assert.equal(encodeURIComponent(token), token);
        assert.deepEqual(parseSkipToken(token), cursor);
      }),
    );
  });

  test('without a token there is no cursor', () => {
    assert.equal(parseSkipToken(undefined), undefined);
    assert.equal(parseSkipToken(''), undefined);
  });

  for (const text of [
    '',
    '.',
    '1.2',
    `x.${'a'.repeat(32)}`,
    `9999999999999999.${'a'.repeat(32)}`,
    `-1.${'a'.repeat(32)}`,
  ]) {
    test(`a token made of ${JSON.stringify(text)} is refused`, () => {
      const token = text === '' ? '%%%' : Buffer.from(text).toString('base64url');
      assertRefused(() => parseSkipToken(token), { code: 'InvalidParameter', target: '$skipToken' });
    });
  }

  test('arbitrary tokens are taken or refused, and never fail otherwise', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (token) => onlyRefuses(() => parseSkipToken(token))));
  });
});
