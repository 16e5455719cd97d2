import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseApiVersion } from '../../src/wire/api-version.ts';
import { assertRefused, onlyRefuses } from './refusal.ts';

describe('parseApiVersion()', () => {
  for (const version of ['2021-03-01', '2025-05-01', '2026-03-02-preview', '2099-12-31', '2024-02-29']) {
    test(`${version} is taken and given back as written`, () => {
      assert.equal(parseApiVersion(version), version);
    });
  }

  for (const version of ['2021-02-28', '2020-12-01-preview', '2025-13-01', '2025-02-29', '2025-00-10', '0000-00-00']) {
    test(`${version} is refused as too old or no date`, () => {
      assertRefused(() => parseApiVersion(version), { code: 'InvalidApiVersionParameter', target: 'api-version' });
    });
  }

  for (const version of ['latest', '2025-5-1', ' 2025-05-01', '2025-05-01-beta', '2025-05-01\n', '+12025-05-01']) {
    test(`${JSON.stringify(version)} is refused as malformed`, () => {
      assertRefused(() => parseApiVersion(version), { code: 'InvalidApiVersionParameter' });
    });
  }

  for (const version of [undefined, '']) {
    test(`${String(version) || 'an empty one'} is refused as missing`, () => {
      assertRefused(() => parseApiVersion(version), {
        code: 'MissingApiVersionParameter',
        message: /^The api-version query parameter \(\?api-version=\) is required for all requests\.$/,
      });
    });
  }

  test('providers older than managed clusters have an oldest version of their own', () => {
    assert.equal(parseApiVersion('2015-07-01', '2015-07-01'), '2015-07-01');
    assertRefused(() => parseApiVersion('2015-06-30', '2015-07-01'), {
      code: 'InvalidApiVersionParameter',
      message: /from 2015-07-01 on/,
    });
  });

  test('arbitrary text is taken or refused, and never fails otherwise', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => onlyRefuses(() => parseApiVersion(text))));
  });
});
