import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import Schema from 'typebox/schema';
import { roleByName, roles } from '../../src/core/role.ts';
import { parseScope } from '../../src/core/scope.ts';
import { roleAssignmentSchema } from '../../src/wire/role-assignment-schema.ts';
import { parseRoleAssignmentBody, parseRoleAssignmentId, toRoleAssignment } from '../../src/wire/role-assignment.ts';
import { roleDefinitionSchema, toRoleDefinition } from '../../src/wire/role-definition.ts';
import { at } from './commands.ts';
import { assertRefused, onlyRefuses } from './refusal.ts';

const runner = roleByName('command-runner');
const roleGuid = runner?.id ?? '';
const principalId = 'a1b2';

describe('parseRoleAssignmentBody()', () => {
  for (const roleDefinitionId of [
    roleGuid,
    roleGuid.toUpperCase(),
    `/providers/Microsoft.Authorization/roleDefinitions/${roleGuid}`,
    `/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.Authorization/roledefinitions/${roleGuid}`,
  ]) {
    test(`the role ${roleDefinitionId} is found by its GUID`, () => {
      const parsed = parseRoleAssignmentBody({ properties: { roleDefinitionId, principalId, principalType: 'User' } });
      assert.deepEqual(parsed, { roleId: roleGuid, principalId });
    });
  }

  test('the issuer of a principal from elsewhere is kept', () => {
    const longarm = { issuer: 'https://login.example/v2.0' };
    const parsed = parseRoleAssignmentBody({ properties: { roleDefinitionId: roleGuid, principalId, longarm } });
    assert.equal(parsed.issuer, longarm.issuer);
  });

  test('a service account is kept, and what is no name of one is refused', () => {
    const body = (serviceAccount: string) => ({
      properties: { roleDefinitionId: roleGuid, principalId, longarm: { serviceAccount } },
    });
    assert.equal(parseRoleAssignmentBody(body('team.view')).serviceAccount, 'team.view');
    for (const name of ['View', 'a/b', '', 'a'.repeat(254)]) {
      assertRefused(() => parseRoleAssignmentBody(body(name)), {
        code: 'InvalidParameter',
        target: 'properties.longarm.serviceAccount',
        message: /253 characters/,
      });
    }
  });

  for (const roleDefinitionId of [
    '',
    'administrator',
    `x${roleGuid}`,
    `${roleGuid}/`,
    '0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8',
  ]) {
    test(`${JSON.stringify(roleDefinitionId)} names no role`, () => {
      assertRefused(() => parseRoleAssignmentBody({ properties: { roleDefinitionId, principalId } }), {
        code: 'InvalidParameter',
        target: 'properties.roleDefinitionId',
        message: /command-runner/,
      });
    });
  }

  test('a condition is refused, an empty one is none', () => {
    const properties = { roleDefinitionId: roleGuid, principalId };
    assertRefused(() => parseRoleAssignmentBody({ properties: { ...properties, condition: '@Resource[x]' } }), {
      code: 'InvalidParameter',
      target: 'properties.condition',
    });
    for (const condition of ['', null]) {
      assert.equal(parseRoleAssignmentBody({ properties: { ...properties, condition } }).roleId, roleGuid);
    }
  });

  test('arbitrary ids are taken or refused, and never fail otherwise', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (roleDefinitionId) =>
        onlyRefuses(() => parseRoleAssignmentBody({ properties: { roleDefinitionId, principalId } })),
      ),
    );
  });
});

describe('parseRoleAssignmentId()', () => {
  test('a GUID is taken in lower case, anything else refused', () => {
    const guid = '3F2504E0-4F89-11D3-9A0C-0305E82C3301';
    assert.equal(parseRoleAssignmentId(guid), guid.toLowerCase());
    assertRefused(() => parseRoleAssignmentId('mine'), { code: 'InvalidParameter', target: 'roleAssignmentName' });
  });
});

describe('toRoleAssignment()', () => {
  for (const [scopeText, id] of [
    ['/', '/providers/Microsoft.Authorization/roleAssignments/'],
    [
      '/subscriptions/00000000-0000-0000-0000-000000000000',
      '/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.Authorization/roleAssignments/',
    ],
  ] as const) {
    test(`an assignment at ${scopeText} is shown as ARM has it`, () => {
      const scope = parseScope(scopeText);
      assert.ok(scope !== undefined && runner !== undefined);
      const guid = parseRoleAssignmentId('3f2504e0-4f89-11d3-9a0c-0305e82c3301');
      const assignment = {
        id: guid,
        scope,
        roleId: runner.id,
        principalId,
        issuer: 'https://i',
        createdAt: at('2026-01-01T00:00:00Z'),
        serviceAccount: 'view',
      };
      const shown = toRoleAssignment(assignment, { stateCase: 'capitalised', extensions: true });
      assert.ok(Schema.Check(roleAssignmentSchema, shown));
      assert.equal(shown.id, `${id}${guid}`);
      assert.deepEqual(shown.properties, {
        roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${roleGuid}`,
        principalId,
        scope: scopeText,
        createdOn: '2026-01-01T00:00:00.000Z',
        longarm: { issuer: 'https://i', serviceAccount: 'view' },
      });
      const request = parseRoleAssignmentBody({ properties: shown.properties });
      const same = { roleId: runner.id, principalId, issuer: 'https://i', serviceAccount: 'view' };
      assert.deepEqual(request, same, 'what is shown can be sent');
      const bare = toRoleAssignment(assignment, { stateCase: 'capitalised', extensions: false });
      assert.equal(bare.properties.longarm, undefined);
    });
  }
});

describe('toRoleDefinition()', () => {
  test('every built-in role is shown under its GUID with its actions', () => {
    for (const role of roles) {
      const shown = toRoleDefinition(role);
      assert.ok(Schema.Check(roleDefinitionSchema, shown));
      assert.ok(shown.id.endsWith(`/${role.id}`));
      assert.deepEqual(shown.properties.permissions[0]?.actions, role.actions);
    }
  });
});
