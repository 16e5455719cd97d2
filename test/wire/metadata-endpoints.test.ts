import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Schema from 'typebox/schema';
import { parseSubscription } from '../../src/wire/cluster-path.ts';
import { toMetadataEndpoints } from '../../src/wire/metadata-endpoints.ts';
import { subscriptionSchema, toSubscription } from '../../src/wire/subscription.ts';
import { assertRefused } from './refusal.ts';

const cloud = {
  baseUrl: 'https://127.0.0.1:8443',
  name: 'longarm',
  audiences: ['https://management.core.windows.net/', 'https://management.azure.com/'],
  tenantId: '11111111-1111-1111-1111-111111111111',
};
const loginEndpoint = 'https://127.0.0.1:8443/adfs';

describe('toMetadataEndpoints()', () => {
  test('2015-01-01 gives the four keys that old clients read', () => {
    assert.deepEqual(toMetadataEndpoints('2015-01-01', cloud), {
      galleryEndpoint: cloud.baseUrl,
      graphEndpoint: cloud.baseUrl,
      portalEndpoint: cloud.baseUrl,
      authentication: { loginEndpoint, audiences: cloud.audiences },
    });
  });

  for (const [version, isList] of [
    ['2019-05-01', true],
    ['2020-06-01', true],
    ['2022-09-01', false],
    ['2026-01-01', false],
  ] as const) {
    test(`${version} gives ${isList ? 'a list with the one cloud' : 'the one cloud'}`, () => {
      const answer = toMetadataEndpoints(version, cloud);
      assert.equal(Array.isArray(answer), isList);
      const one: unknown = Array.isArray(answer) ? answer[0] : answer;
      assert.partialDeepStrictEqual(one, {
        name: 'longarm',
        resourceManager: cloud.baseUrl,
        authentication: { loginEndpoint, audiences: cloud.audiences, tenant: cloud.tenantId, identityProvider: 'AAD' },
        suffixes: {},
      });
    });
  }

  test('a version that is missing or no date is refused', () => {
    assertRefused(() => toMetadataEndpoints(undefined, cloud), { code: 'MissingApiVersionParameter' });
    assertRefused(() => toMetadataEndpoints('1.0', cloud), { code: 'InvalidApiVersionParameter' });
  });
});

describe('toSubscription()', () => {
  test('a subscription has what az reads at login', () => {
    const subscriptionId = parseSubscription({ subscriptionId: '00000000-0000-0000-0000-000000000000' });
    const shown = toSubscription({ subscriptionId, tenantId: cloud.tenantId, displayName: 'Longarm' });
    assert.ok(Schema.Check(subscriptionSchema, shown));
    assert.partialDeepStrictEqual(shown, {
      id: '/subscriptions/00000000-0000-0000-0000-000000000000',
      subscriptionId,
      tenantId: cloud.tenantId,
      displayName: 'Longarm',
      state: 'Enabled',
      managedByTenants: [],
    });
  });
});
