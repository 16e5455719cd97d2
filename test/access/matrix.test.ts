import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { tokenOperations } from '../../src/auth/token-operations.ts';
import type { Operation } from '../../src/wire/operation.ts';
import type { Answer } from '../arm/arm-server.ts';
import { openAuthFixture } from '../auth/auth-fixture.ts';
import { openEstate, type Parameter, type Somebody } from './estate.ts';
import { hasAction, isAtOrAbove, scopeOfPath } from './rights.ts';

const estate = await openEstate();
after(() => estate.close());

const call = async (who: Somebody, operation: Operation, absent?: Parameter): Promise<Answer> => {
  const body = estate.bodyOf(operation);
  const options = { token: who.token, ...(body === undefined ? {} : { body }) };
  return estate.server.call(operation.method, estate.pathOf(operation, absent), options);
};

const mayAt = (who: Somebody, action: string, scope: string) =>
  who.role !== undefined && who.scope !== undefined && hasAction(who.role, action) && isAtOrAbove(who.scope, scope);

const scopeOf = (operation: Operation) => scopeOfPath(estate.pathOf(operation).split('?')[0] ?? '');
const names = ({ json }: Answer): string[] => json.value.map(({ id }: { id: string }) => id).toSorted();
const runAction = 'Microsoft.ContainerService/managedClusters/runcommand/action';
const readClusters = 'Microsoft.ContainerService/managedClusters/read';

/** What each operation shows that any signed-in caller may ask: `undefined` where nothing may be seen. */
const shown: Readonly<Record<string, (who: Somebody) => readonly string[] | undefined>> = {
  ManagedClusters_List: (who) => clustersBelow(who, `/subscriptions/${estate.server.subscription}`),
  ManagedClusters_ListByResourceGroup: (who) =>
    clustersBelow(who, `/subscriptions/${estate.server.subscription}/resourceGroups/team-a`),
  Subscriptions_List: (who) => subscriptionsOf(who),
  Subscriptions_Get: (who) => {
    const own = subscriptionsOf(who).filter((id) => id.endsWith(estate.server.subscription));
    return own.length === 0 ? undefined : own;
  },
};

function clustersBelow(who: Somebody, scope: string): readonly string[] | undefined {
  const found = estate.clusters.filter((id) => isAtOrAbove(scope, id) && mayAt(who, readClusters, id)).toSorted();
  return found.length > 0 || mayAt(who, readClusters, scope) ? found : undefined;
}

function subscriptionsOf({ scope }: Somebody): readonly string[] {
  return estate.subscriptions
    .map((id) => `/subscriptions/${id}`)
    .filter((id) => scope !== undefined && (isAtOrAbove(scope, id) || isAtOrAbove(id, scope)))
    .toSorted();
}

/** Headers that differ from one request to the next, or are about the connection and not about the answer. */
const passing = /^(?:date|connection|keep-alive|x-ms-.*request-id)$/;

/** An answer without what differs from one request to the next, and with the one name for the other. */
function comparable({ status, headers, text }: Answer, { present, absent }: Parameter): string {
  const kept = Object.entries(headers).filter(([name]) => !passing.test(name));
  return JSON.stringify([status, kept, text.replaceAll(absent, present)]);
}

async function isDeniedAlike(who: Somebody, operation: Operation, status: number): Promise<void> {
  const there = await call(who, operation);
  assert.equal(there.status, status, `${who.title}: ${there.text}`);
  for (const parameter of estate.parametersOf(operation)) {
    const notThere = await call(who, operation, parameter);
    const [one, two] = [comparable(there, parameter), comparable(notThere, parameter)];
    assert.equal(one, two, `${who.title} learns from ${operation.id} whether ${parameter.name} is there`);
  }
}

async function isAllowed(who: Somebody, operation: Operation): Promise<Answer> {
  if (operation.method === 'DELETE') await estate.restore();
  const answer = await call(who, operation);
  assert.ok(answer.status >= 200 && answer.status < 300, `${who.title}: ${answer.status} ${answer.text}`);
  return answer;
}

/** Whoever may run commands lists its own, and no other, where it may not read everybody's. */
async function listsOwn(who: Somebody, operation: Operation): Promise<void> {
  for (const each of estate.operations.filter(({ id }) => id === 'ManagedClusters_RunCommand'))
    await isAllowed(who, each);
  const { json } = await isAllowed(who, operation);
  const submitters: string[] = json.value.map(
    (each: { properties: { longarm: { submittedBy: { id: string } } } }) => each.properties.longarm.submittedBy.id,
  );
  const claims: { oid: string } = JSON.parse(Buffer.from(who.token.split('.')[1] ?? '', 'base64url').toString());
  assert.deepEqual([...new Set(submitters)], [claims.oid]);
}

describe('every operation, for every role at every place', () => {
  for (const operation of estate.operations) {
    const { access } = operation;
    const asked = access.type === 'granted' ? access.action : access.type;
    test(`${operation.id} (${asked})`, async () => {
      await estate.restore();
      for (const who of estate.everybody) {
        if (access.type === 'granted') {
          const scope = scopeOf(operation);
          const isList = operation.id === 'Longarm_ListCommandResults';
          if (mayAt(who, access.action, scope)) await isAllowed(who, operation);
          else if (isList && mayAt(who, runAction, scope)) await listsOwn(who, operation);
          else await isDeniedAlike(who, operation, 403);
        } else if (access.type === 'public' || operation.id === 'Longarm_OpenApi') {
          assert.equal((await isAllowed(who, operation)).status, 200);
        } else {
          const expected = shown[operation.id];
          assert.ok(expected !== undefined, `The matrix does not know what ${operation.id} shows to whom. Tell it.`);
          const seen = expected(who);
          if (seen === undefined) await isDeniedAlike(who, operation, operation.id === 'Subscriptions_Get' ? 404 : 403);
          else {
            const answer = await isAllowed(who, operation);
            assert.deepEqual('value' in answer.json ? names(answer) : [answer.json.id], seen, who.title);
          }
        }
      }
    });
  }

  test('and nothing is served beside that does not stand in the table', async () => {
    const { json } = await estate.server.call('GET', '/openapi.json', { token: estate.server.administrator });
    const served = Object.entries<object>(json.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    await using fixture = await openAuthFixture();
    const tried = [...estate.operations, ...tokenOperations(fixture.deps)];
    assert.deepEqual(served.toSorted(), tried.map(({ method, path }) => `${method} ${path}`).toSorted());
  });

  test('an operation that the matrix cannot call fails it', () => {
    const [operation] = estate.operations;
    assert.ok(operation);
    const unheardOf = { ...operation, id: 'Tomorrow', path: `${operation.path}/{unheardOf}` };
    assert.throws(() => estate.pathOf(unheardOf), /does not know a \{unheardOf\}/);
    assert.throws(() => estate.bodyOf(unheardOf), /what body Tomorrow takes/);
  });
});
