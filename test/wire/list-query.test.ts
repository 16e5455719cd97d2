import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseRfc3339 } from '../../src/core/instant.ts';
import { listQueryParameters, parseListQuery } from '../../src/wire/list-query.ts';
import { assertRefused, onlyRefuses } from './refusal.ts';

const caller = { issuer: 'https://issuer', id: 'auth0|7', displayName: 'somebody' };

describe('parseListQuery()', () => {
  test('an empty query asks for the first hundred of everything', () => {
    assert.deepEqual(parseListQuery({}), { limit: 100 });
    assert.deepEqual(parseListQuery({ phase: '', $top: '', from: '' }), { limit: 100 });
  });

  test('phases are read in any case and order, each once', () => {
    assert.deepEqual(parseListQuery({ phase: 'Running, accepted,running' }).phases, ['accepted', 'running']);
  });

  test('a state of ARM covers all of its phases', () => {
    assert.deepEqual(parseListQuery({ status: 'Running' }).phases, ['accepted', 'claimed', 'launching', 'running']);
    assert.deepEqual(parseListQuery({ status: 'failed,Canceled' }).phases, ['failed', 'cancelled']);
  });

  test('me is the caller, and anybody is named by issuer and id', () => {
    assert.equal(parseListQuery({ submittedBy: 'me' }, caller).submittedBy, 'https://issuer|auth0|7');
    assert.equal(parseListQuery({ submittedBy: 'https://other|auth0|7' }).submittedBy, 'https://other|auth0|7');
  });

  test('times become instants', () => {
    const query = parseListQuery({ from: '2026-01-31T08:00:00Z', to: '2026-01-31T10:00:00+01:00' });
    assert.equal(query.submittedFrom, parseRfc3339('2026-01-31T08:00:00Z'));
    assert.equal(query.submittedTo, parseRfc3339('2026-01-31T09:00:00Z'));
  });

  test('the largest page is a thousand', () => {
    assert.equal(parseListQuery({ $top: '1000' }).limit, 1000);
  });

  for (const [name, value] of [
    ['phase', 'finished'],
    ['phase', 'running,'],
    ['status', 'toString'],
    ['submittedBy', 'somebody'],
    ['submittedBy', 'me'],
    ['from', 'yesterday'],
    ['to', '2026-01-31'],
    ['$top', '0'],
    ['$top', '1001'],
    ['$top', '1e3'],
    ['$top', '-1'],
    ['$skipToken', 'x'],
  ] as const) {
    test(`${name}=${value} is refused under its own name`, () => {
      assertRefused(() => parseListQuery({ [name]: value }), { code: 'InvalidParameter', target: name });
    });
  }

  test('phase and status together are refused', () => {
    assertRefused(() => parseListQuery({ phase: 'running', status: 'Running' }), { code: 'InvalidParameter' });
  });

  test('arbitrary values are taken or refused, and never fail otherwise', () => {
    const names = fc.constantFrom(...listQueryParameters.map(({ name }) => name));
    fc.assert(
      fc.property(fc.dictionary(names, fc.string({ unit: 'binary' })), (query) =>
        onlyRefuses(() => parseListQuery(query, caller)),
      ),
    );
  });
});
