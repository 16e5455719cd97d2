import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import Schema from 'typebox/schema';
import { parseClusterToken, runCommandRequestSchema } from '../../src/wire/run-command-request.ts';
import { assertRefused, onlyRefuses } from './refusal.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = encode({ alg: 'RS256', typ: 'JWT' });
const payload = encode({ aud: '6dae42f8-4368-4678-94ff-3960e28e3630' });

describe('parseClusterToken()', () => {
  for (const token of [undefined, null, '']) {
    test(`${token === undefined ? 'an absent one' : JSON.stringify(token)} is none`, () => {
      assert.equal(parseClusterToken(token), undefined);
    });
  }

  test('a JSON Web Token comes back as it was sent', () => {
    const token = `${header}.${payload}.c2ln`;
    assert.equal(parseClusterToken(token), token);
  });

  for (const [what, token] of [
    ['plain text', 'secret-token'],
    ['a token of two parts', `${header}.${payload}`],
    ['an encrypted token of five parts', `${header}.a.b.c.d`],
    ['a token without signature', `${header}.${payload}.`],
    ['a header that is not JSON', `e30x.${payload}.c2ln`],
    ['a header without alg', `${encode({ typ: 'JWT' })}.${payload}.c2ln`],
    ['a header that is a list', `${encode([{ alg: 'RS256' }])}.${payload}.c2ln`],
    ['a payload that is no object', `${header}.${encode('x')}.c2ln`],
    ['the scheme before the token', `Bearer ${header}.${payload}.c2ln`],
  ] as const) {
    test(`${what} is refused, and the message does not hold it`, () => {
      const message = new RegExp(`^(?!.*${token.slice(0, 8)})`);
      assertRefused(() => parseClusterToken(token), { code: 'InvalidClusterToken', target: 'clusterToken', message });
    });
  }

  test('arbitrary text is taken or refused, and never fails otherwise', () => {
    const part = fc.base64String().map((text) => text.replace(/=/g, ''));
    const token = fc.oneof(
      fc.string(),
      fc.array(part, { minLength: 3, maxLength: 3 }).map((parts) => parts.join('.')),
    );
    fc.assert(fc.property(token, (text) => onlyRefuses(() => parseClusterToken(text))));
  });
});

describe('runCommandRequestSchema', () => {
  test('the API reference’s example is accepted', () => {
    const example = { command: 'kubectl apply -f ns.yaml', context: '', clusterToken: '' };
    assert.ok(Schema.Check(runCommandRequestSchema, example));
  });

  test('a request without a command is not', () => {
    assert.equal(Schema.Check(runCommandRequestSchema, { context: '' }), false);
  });
});
