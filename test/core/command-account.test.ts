import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { RoleAssignment, RoleAssignmentId } from '../../src/core/access.ts';
import { isLabel, isSubdomain } from '../../src/core/kubernetes-name.ts';
import { roleByName, type RoleName } from '../../src/core/role.ts';
import { parseScope } from '../../src/core/scope.ts';
import { chooseServiceAccount } from '../../src/core/command-account.ts';
import { start } from './sample-command.ts';

const principal = { issuer: 'https://issuer.example', id: 'someone', displayName: 'Someone' };
const group = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg';
const scopeOf = (text: string) => {
  const scope = parseScope(text);
  assert.ok(scope);
  return scope;
};
const scope = scopeOf(`${group}/providers/Microsoft.ContainerService/managedClusters/c`);

function assignment(serviceAccount?: string, more: Partial<RoleAssignment> & { role?: RoleName } = {}): RoleAssignment {
  const { role: name = 'command-runner', ...fields } = more;
  const role = roleByName(name);
  assert.ok(role);
  return {
    id: `${name}-${serviceAccount}` as RoleAssignmentId,
    scope,
    roleId: role.id,
    principalId: principal.id,
    issuer: principal.issuer,
    createdAt: start,
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
    ...fields,
  };
}

const choose = (assignments: readonly RoleAssignment[], asked?: string, ofCluster?: string) =>
  chooseServiceAccount({ principal, assignments, scope, ofCluster, asked });
const chosen = (serviceAccount: string) => ({ type: 'chosen', serviceAccount });

describe('chooseServiceAccount()', () => {
  test('where no assignment names an account the cluster’s own counts, and else one that may only look', () => {
    assert.deepEqual(choose([assignment()]), chosen('view'));
    assert.deepEqual(choose([assignment()], 'view'), chosen('view'));
    assert.deepEqual(choose([assignment()], undefined, 'viewer'), chosen('viewer'));
    assert.deepEqual(choose([assignment()], 'viewer', 'viewer'), chosen('viewer'));
  });

  test('the one that is named counts, however often and at whatever scope', () => {
    const both = [assignment('edit'), assignment('edit', { scope: scopeOf(group) })];
    assert.deepEqual(choose(both, undefined, 'viewer'), chosen('edit'));
    assert.deepEqual(choose(both, 'edit', 'viewer'), chosen('edit'));
  });

  test('where several are named the request chooses, and must', () => {
    const both = [assignment('view'), assignment('edit', { scope: scopeOf('/') })];
    assert.deepEqual(choose(both), { type: 'open', choices: ['edit', 'view'] });
    assert.deepEqual(choose(both, 'view'), chosen('view'));
  });

  test('an assignment that names none beside one that does leaves the choice between it and the cluster’s own', () => {
    const both = [assignment('edit'), assignment()];
    assert.deepEqual(choose(both, undefined, 'viewer'), { type: 'open', choices: ['edit', 'viewer'] });
    assert.deepEqual(choose(both, 'viewer', 'viewer'), chosen('viewer'));
    assert.deepEqual(choose(both), { type: 'open', choices: ['edit', 'view'] });
    assert.deepEqual(choose(both, 'view'), chosen('view'));
    assert.deepEqual(choose([assignment('viewer'), assignment()], undefined, 'viewer'), chosen('viewer'));
  });

  test('an account that no assignment gives is not to be had, the cluster’s own included', () => {
    assert.deepEqual(choose([assignment('edit')], 'admin'), { type: 'notAllowed', choices: ['edit'] });
    assert.deepEqual(choose([assignment('edit')], 'viewer', 'viewer'), { type: 'notAllowed', choices: ['edit'] });
    assert.deepEqual(choose([assignment()], 'admin'), { type: 'notAllowed', choices: ['view'] });
  });

  test('an administrator may ask for any', () => {
    const administrator = [assignment(undefined, { role: 'administrator', scope: scopeOf('/') })];
    assert.deepEqual(choose(administrator, 'admin', 'viewer'), chosen('admin'));
    assert.deepEqual(choose(administrator, undefined, 'viewer'), chosen('viewer'));
  });

  test('assignments of others, elsewhere, or without the right to run commands give nothing', () => {
    const idle = [
      assignment('admin', { principalId: 'another' }),
      assignment('admin', { issuer: 'https://other.example' }),
      assignment('admin', { role: 'reader' }),
      assignment('admin', { scope: scopeOf(`${group}2`) }),
      assignment(undefined, { role: 'administrator', scope: scopeOf(`${group}2`) }),
    ];
    assert.deepEqual(choose([assignment('edit'), ...idle]), chosen('edit'));
    assert.deepEqual(choose([assignment('edit'), ...idle], 'admin'), { type: 'notAllowed', choices: ['edit'] });
  });

  test('whoever is no administrator never runs as anything but what an assignment of theirs or the cluster names', () => {
    const name = fc.constantFrom('view', 'edit', 'admin', 'default');
    const maybe = fc.option(name, { nil: undefined });
    fc.assert(
      fc.property(fc.array(maybe, { minLength: 1, maxLength: 4 }), maybe, maybe, (named, asked, ofCluster) => {
        const answer = choose(
          named.map((each) => assignment(each)),
          asked,
          ofCluster,
        );
        if (answer.type !== 'chosen') {
          assert.ok(answer.choices.length > (answer.type === 'open' ? 1 : 0));
          return;
        }
        const given: readonly string[] = named.map((each) => each ?? ofCluster ?? 'view');
        assert.ok(given.includes(answer.serviceAccount));
        if (asked !== undefined) assert.equal(answer.serviceAccount, asked);
      }),
    );
  });
});

describe('the names that Kubernetes takes', () => {
  for (const [name, label, subdomain] of [
    ['a', true, true],
    ['view-1', true, true],
    ['a'.repeat(63), true, true],
    ['a'.repeat(64), false, true],
    ['team.view', false, true],
    [`${'a.'.repeat(126)}a`, false, true],
    [`${'a.'.repeat(127)}a`, false, false],
    ['', false, false],
    ['View', false, false],
    ['-view', false, false],
    ['view-', false, false],
    ['a..b', false, false],
    ['a_b', false, false],
    ['a\n', false, false],
    ['../a', false, false],
  ] as const) {
    test(`${JSON.stringify(name.slice(0, 20))} (${name.length}) is ${label ? 'a' : 'no'} label and ${subdomain ? 'a' : 'no'} subdomain`, () => {
      assert.deepEqual([isLabel(name), isSubdomain(name)], [label, subdomain]);
    });
  }
});
