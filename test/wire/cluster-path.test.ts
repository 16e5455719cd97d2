import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  parseClusterAddress,
  parseCommandIdParam,
  parseGroup,
  parseSubscription,
} from '../../src/wire/cluster-path.ts';
import { assertRefused, onlyRefuses } from './refusal.ts';

const valid = {
  subscriptionId: '00000000-0000-0000-0000-00000000ABCD',
  resourceGroupName: 'Rg1',
  resourceName: 'clusterName1',
};

describe('parseClusterAddress()', () => {
  test('the subscription is lower-cased, group and cluster keep their case', () => {
    assert.deepEqual(parseClusterAddress(valid), {
      subscriptionId: '00000000-0000-0000-0000-00000000abcd',
      resourceGroup: 'Rg1',
      name: 'clusterName1',
    });
  });

  for (const subscriptionId of ['', 'x', '00000000000000000000000000000000', `${valid.subscriptionId}0`]) {
    test(`the subscription ${JSON.stringify(subscriptionId)} is refused`, () => {
      const expected = { code: 'InvalidSubscriptionId', target: 'subscriptionId' } as const;
      assertRefused(() => parseClusterAddress({ ...valid, subscriptionId }), expected);
      assertRefused(() => parseSubscription({ subscriptionId }), expected);
    });
  }

  for (const [what, resourceGroupName] of [
    ['empty', ''],
    ['91 characters long', 'g'.repeat(91)],
    ['with a line break', 'a\nb'],
  ] as const) {
    test(`a resource group ${what} is refused`, () => {
      const expected = { code: 'InvalidParameter', target: 'resourceGroupName' } as const;
      assertRefused(() => parseClusterAddress({ ...valid, resourceGroupName }), expected);
      assertRefused(() => parseGroup({ resourceGroupName }), expected);
    });
  }

  test('a resource group of 90 characters beyond ASCII is taken', () => {
    assert.equal(parseGroup({ resourceGroupName: 'ü'.repeat(90) }), 'ü'.repeat(90));
  });

  for (const resourceName of ['', '-a', 'a-', 'a.b', '_', 'c'.repeat(64), 'a\n']) {
    test(`the cluster name ${JSON.stringify(resourceName)} is refused`, () => {
      assertRefused(() => parseClusterAddress({ ...valid, resourceName }), {
        code: 'InvalidParameter',
        target: 'resourceName',
      });
    });
  }

  for (const resourceName of ['a', '7', 'a-_b', 'c'.repeat(63)]) {
    test(`the cluster name ${resourceName} is taken`, () => {
      assert.equal(parseClusterAddress({ ...valid, resourceName }).name, resourceName);
    });
  }

  test('what the path does not have is refused under its own name', () => {
    assertRefused(() => parseClusterAddress({}), { code: 'InvalidSubscriptionId', target: 'subscriptionId' });
  });

  test('arbitrary names are taken or refused, and never fail otherwise', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, (resourceGroupName, resourceName) =>
        onlyRefuses(() => parseClusterAddress({ ...valid, resourceGroupName, resourceName })),
      ),
    );
  });
});

describe('parseCommandIdParam()', () => {
  test('32 hex digits are a command, in either case', () => {
    assert.equal(
      parseCommandIdParam({ commandId: '0E9872E6629349DC865E27EE6F8BAB2D' }),
      '0e9872e6629349dc865e27ee6f8bab2d',
    );
  });

  for (const commandId of ['0e9872e6-6293-49dc-865e-27ee6f8bab2d', '0e98', '', 'g'.repeat(32), '../../x']) {
    test(`${JSON.stringify(commandId)} names no command`, () => {
      assertRefused(() => parseCommandIdParam({ commandId }), { code: 'NotFound', target: 'commandId' });
    });
  }
});
