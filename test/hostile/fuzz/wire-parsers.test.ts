import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LongarmError } from '../../../src/core/error-code.ts';
import { parseRfc3339 } from '../../../src/core/instant.ts';
import { parseScope } from '../../../src/core/scope.ts';
import { dateOfApiVersion, parseApiVersion } from '../../../src/wire/api-version.ts';
import { wwwAuthenticate } from '../../../src/wire/bearer-challenge.ts';
import { parseBearerToken } from '../../../src/wire/bearer-token.ts';
import { parseByteRange } from '../../../src/wire/byte-range.ts';
import { parseClusterAddress, parseCommandIdParam } from '../../../src/wire/cluster-path.ts';
import { decodeBase64 } from '../../../src/wire/context/base64.ts';
import { parseListQuery } from '../../../src/wire/list-query.ts';
import { parseBasicCredentials } from '../../../src/wire/oauth-basic.ts';
import { OAuthError } from '../../../src/wire/oauth-error.ts';
import { printable } from '../../../src/wire/oauth-printable.ts';
import { parseTokenRequest, resourceOfScope } from '../../../src/wire/oauth-token-request.ts';
import { isOwnAuthority } from '../../../src/wire/openid-instance.ts';
import { parseSkipToken, toSkipToken } from '../../../src/wire/paging.ts';
import { parsePreferWait } from '../../../src/wire/prefer.ts';
import { quote, singleLine } from '../../../src/wire/quote.ts';
import { parseRoleAssignmentBody, parseRoleAssignmentId } from '../../../src/wire/role-assignment.ts';
import { parseClusterToken } from '../../../src/wire/run-command-request.ts';
import { hostileText, tries } from './corpus.ts';

const uuid = '7a1c9d52-93a5-4f7f-8d4c-0123456789ab';
const ids = ['0e9872e6629349dc865e27ee6f8bab2d', uuid, 'rg1', 'my-cluster_1', 'a'.repeat(63), 'g'.repeat(90)];
const skipToken = Buffer.from('1767225600000.0e9872e6629349dc865e27ee6f8bab2d').toString('base64url');
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln';
const scopes = ['https://management.azure.com//.default openid', '/.default', 'a/.default'];
const listKeys = ['phase', 'status', 'submittedBy', 'from', 'to', '$top', '$skipToken'];
const listValues = ['running', 'Succeeded,Failed', 'me', 'iss|id', '2026-01-31T08:00:00Z', '100', skipToken];
const form = (text: string, other: string) => ({
  grant_type: 'client_credentials',
  client_id: text,
  client_secret: other,
  scope: text,
  resource: other,
});

interface Parser {
  readonly examples: readonly string[];
  /** Gives a value, or throws the one error that it declares; both texts are hostile. */
  readonly parse: (text: string, other: string) => unknown;
}

/** Every parser of the wire: what it reads looks like the examples. */
const parsers: Readonly<Record<string, Parser>> = {
  'an api-version': { examples: ['2025-05-01', '2024-02-29-preview'], parse: (text) => parseApiVersion(text) },
  'the date of one': { examples: ['2025-05-01', '2024-02-29-PREVIEW'], parse: dateOfApiVersion },
  'a bearer token': { examples: [`Bearer ${jwt}`, 'bearer x'], parse: parseBearerToken },
  'HTTP Basic': { examples: ['Basic YTpi', 'basic JTAwOg=='], parse: parseBasicCredentials },
  'a range': { examples: ['bytes=0-1', 'bytes=-5', 'bytes=3-'], parse: (text) => parseByteRange(text, 10) },
  'a path': {
    examples: ids,
    parse: (text, other) => parseClusterAddress({ subscriptionId: uuid, resourceGroupName: text, resourceName: other }),
  },
  'a subscription': { examples: ids, parse: (text) => parseClusterAddress({ subscriptionId: text }) },
  'a command’s id': { examples: ids, parse: (text) => parseCommandIdParam({ commandId: text }) },
  'a preference': { examples: ['wait=10', 'respond-async, wait="5"', 'a="\\"'], parse: parsePreferWait },
  'a skip token': { examples: [skipToken], parse: parseSkipToken },
  'a list’s query': {
    examples: listValues,
    parse: (text, other) => listKeys.map((key) => parseListQuery({ [key]: text, $top: other === '' ? '5' : '7' })),
  },
  'two keys of a list': {
    examples: listValues,
    parse: (text, other) => parseListQuery({ phase: text, submittedBy: other, $skipToken: text }),
  },
  'a form for a token': {
    examples: [...scopes, 'client_credentials'],
    parse: (a, b) => parseTokenRequest(form(a, b), undefined, 'v2'),
  },
  'a form of v1': { examples: scopes, parse: (a, b) => parseTokenRequest(form(a, b), undefined, 'v1') },
  'a form beside a header': {
    examples: ['Basic YTpi', ...scopes],
    parse: (a, b) => parseTokenRequest({ ...form(a, b), grant_type: a }, b, 'adfs'),
  },
  'a scope of OAuth': { examples: scopes, parse: resourceOfScope },
  'an authority': {
    examples: ['https://longarm.example/x'],
    parse: (text) => isOwnAuthority('https://longarm.example', text),
  },
  'a role’s id': {
    examples: [uuid, `/providers/Microsoft.Authorization/roleDefinitions/${uuid}`],
    parse: (text, other) => parseRoleAssignmentBody({ properties: { roleDefinitionId: text, principalId: other } }),
  },
  'an assignment’s id': { examples: [uuid], parse: parseRoleAssignmentId },
  'a cluster token': { examples: [jwt], parse: parseClusterToken },
  base64: { examples: ['UEsFBgAA', 'YQ==', 'YWI=\n'], parse: decodeBase64 },
  'a time': { examples: ['2026-01-31T08:00:00Z', '2026-01-31t08:00:00.5+02:00'], parse: parseRfc3339 },
  'a scope of rights': { examples: ['/', `/subscriptions/${uuid}/resourceGroups/rg1`], parse: parseScope },
};

describe('a parser of the wire gives a value or its own error, whatever it reads', () => {
  const { parameters, title } = tries(40_000, 80);
  for (const [what, { examples, parse }] of Object.entries(parsers)) {
    test(`${what}: ${title}`, () => {
      const text = hostileText(examples);
      fc.assert(
        fc.property(text, text, (one, other) => {
          const started = performance.now();
          try {
            parse(one, other);
          } catch (error) {
            assert.ok(error instanceof LongarmError || error instanceof OAuthError, String(error));
            assert.ok(error.status >= 400 && error.status < 500, `${error.status}`);
            // eslint-like eyes: what is sent to a terminal has nothing in it that drives one.
            assert.doesNotMatch(error.message, /[\p{Cc}\p{Cf}\p{Cs}]/u);
            assert.ok(error.message.length < 1000, `a message of ${error.message.length} characters`);
          }
          assert.ok(performance.now() - started < 2000, 'it took more than two seconds');
        }),
        parameters,
      );
    });
  }
});

describe('what is shown of a stranger’s text', () => {
  const { parameters, title } = tries(20_000, 40);
  test(`has nothing in it that drives a terminal or breaks out of a header: ${title}`, () => {
    fc.assert(
      fc.property(hostileText(['a name', '"quoted"', 'line\nbreak']), (text) => {
        assert.doesNotMatch(quote(text), /[\p{C}\u2028\u2029]/u);
        assert.doesNotMatch(singleLine(text), /\p{C}/u);
        assert.doesNotMatch(printable(text), /[\p{C}\p{Zl}\p{Zp}]/u);
        const error = new LongarmError('InvalidAuthenticationToken', text);
        const value = wwwAuthenticate({ tenantId: uuid, loginUrl: 'https://longarm.example', error });
        assert.match(value, /^Bearer authorization_uri="[^"\\]*", error="invalid_token", error_description="[ -~]*"$/);
        assert.equal(value.split('"').length, 7);
      }),
      parameters,
    );
  });
});

describe('a parser with an inverse', () => {
  const { parameters, title } = tries(20_000, 40);
  test(`reads back every skip token as it was written, and writes what it reads: ${title}`, () => {
    fc.assert(
      fc.property(hostileText([skipToken]), (text) => {
        try {
          const cursor = parseSkipToken(text);
          if (cursor !== undefined) assert.deepEqual(parseSkipToken(toSkipToken(cursor)), cursor);
        } catch (error) {
          assert.ok(error instanceof LongarmError, String(error));
        }
      }),
      parameters,
    );
  });

  test(`reads back every base64 as it was written, wherever lines are broken: ${title}`, () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(
        bytes,
        fc.integer({ min: 1, max: 80 }),
        fc.constantFrom('\n', '\r\n', ' ', '\t'),
        (raw, every, gap) => {
          const text = Buffer.from(raw)
            .toString('base64')
            .replaceAll(new RegExp(`.{${every}}`, 'g'), `$&${gap}`);
          assert.deepEqual(new Uint8Array(decodeBase64(text)), raw);
        },
      ),
      parameters,
    );
  });
});
