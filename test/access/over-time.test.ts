import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cancelCommand } from '../../src/control-plane/cancel-command.ts';
import { parseCommandId } from '../../src/core/command-id.ts';
import { roleByName } from '../../src/core/role.ts';
import { registerClient } from '../../src/main/new-client.ts';
import { serverVerbs } from '../../src/main/server-verbs.ts';
import { type ArmServer, startArmServer, version } from '../arm/arm-server.ts';
import { runVerb } from '../cli/run-verb.ts';

const assignments = 'providers/Microsoft.Authorization/roleAssignments';
const assignmentVersion = 'api-version=2022-04-01';
const audience = encodeURIComponent('https://management.azure.com/.default');

describe('rights that are given and taken while somebody is at work', () => {
  let server: ArmServer;
  let scripted: string;
  before(async () => {
    server = await startArmServer();
    scripted = `${server.group}/providers/Microsoft.ContainerService/managedClusters/scripted`;
  });
  after(() => server.stop());
  const call = (method: string, path: string, token: string, body?: object) =>
    server.call(method, path, { token, ...(body === undefined ? {} : { body }) });

  /** A client that has the role by an assignment that can be taken away, and that has submitted a command. */
  async function submitter() {
    const { longarm } = server;
    const { client, secret } = await registerClient(longarm.plane.store, longarm.identity, 'leaver', undefined);
    const signIn = () =>
      server.call('POST', `/${longarm.identity.tenantId}/oauth2/v2.0/token`, {
        rawBody: `grant_type=client_credentials&scope=${audience}&client_id=${client.id}&client_secret=${secret}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    const token = String((await signIn()).json.access_token);
    const id = `7a1c9d52-93a5-4f7f-8d4c-${client.principalId.slice(-12)}`;
    const assignment = `${scripted}/${assignments}/${id}?${assignmentVersion}`;
    const properties = { roleDefinitionId: roleByName('command-runner')?.id, principalId: client.principalId };
    assert.equal((await call('PUT', assignment, server.administrator, { properties })).status, 201);
    const submitted = await call('POST', `${scripted}/runCommand?${version}`, token, { command: 'sleep 10m' });
    assert.equal(submitted.status, 202, submitted.text);
    const own = new URL(submitted.headers['location'] ?? '').pathname;
    return { token, assignment, signIn, clientId: client.id, own };
  }

  /** What is left to somebody without a role who submitted a command: to read it and to end it. */
  async function mayOnlySeeAndEndItsOwn({ token, own }: { readonly token: string; readonly own: string }) {
    const foreign = await server.submit('exit 0', { cluster: 'scripted' });
    const refused = [
      ['POST', `${scripted}/runCommand?${version}`, { command: 'exit 0' }],
      ['GET', `${scripted}/commandResults?${version}`],
      ['GET', `${scripted}?${version}`],
      ['GET', `${foreign}?${version}`],
      ['GET', `${foreign}/output?${version}`],
      ['POST', `${foreign}/cancel?${version}`],
      ['DELETE', `${own}?${version}`],
    ] as const;
    for (const [method, path, body] of refused) {
      assert.equal((await call(method, path, token, body)).status, 403, `${method} ${path}`);
    }
    assert.equal((await call('GET', `${own}?${version}`, token)).status, 202);
    assert.equal((await call('GET', `${own}/output?${version}`, token)).status, 200);
    assert.equal((await call('POST', `${own}/cancel?${version}`, token)).status, 202);
    assert.equal((await server.end(own, token)).json.properties.provisioningState, 'Canceled');
  }

  test('a role that is taken away is gone with the next request; the own command can be seen and ended', async () => {
    const somebody = await submitter();
    assert.equal((await call('DELETE', somebody.assignment, server.administrator)).status, 200);
    await mayOnlySeeAndEndItsOwn(somebody);
  });

  test('a client that is deleted loses its roles at once and gets no new token', async () => {
    const somebody = await submitter();
    const words = ['client', 'delete', somebody.clientId, '--data-dir', server.dataDir];
    const deleted = await runVerb(words, { serverVerbs, environment: { LONGARM_CONFIG: '' } });
    assert.equal(deleted.code, 0, deleted.stderr);
    assert.equal((await somebody.signIn()).status, 401);
    await mayOnlySeeAndEndItsOwn(somebody);
    const left = await server.longarm.plane.store.read(({ directory }) => directory.assignments());
    assert.ok(!left.some(({ id }) => somebody.assignment.includes(id)));
  });

  test('an administrator of a cluster grants nothing beyond it, however it asks', async () => {
    const token = await server.tokenFor('administrator', scripted);
    const role = roleByName('administrator')?.id;
    const name = (last: string) => `7a1c9d52-93a5-4f7f-8d4c-00000000000${last}?${assignmentVersion}`;
    const properties = { roleDefinitionId: role, principalId: 'a-friend' };
    const other = scripted.replace(/scripted$/, 'local');
    const beyond = ['', `/subscriptions/${server.subscription}`, server.group, other, scripted.slice(0, -1)];
    const detours = [
      `${server.group}//providers/Microsoft.ContainerService/managedClusters/local`,
      other.toUpperCase(),
      `${scripted}%2F..%2Flocal`,
      `${scripted};/${other}`,
    ];
    for (const scope of [...beyond, ...detours]) {
      const answer = await call('PUT', `${scope}/${assignments}/${name('1')}`, token, { properties });
      assert.ok([400, 403, 404].includes(answer.status), `${scope}: ${answer.status} ${answer.text}`);
    }
    const wider = {
      properties: { ...properties, scope: '/', roleDefinitionId: `/providers/x/roleDefinitions/${role}` },
    };
    const granted = await call('PUT', `${scripted}/${assignments}/${name('2')}`, token, wider);
    assert.deepEqual([granted.status, granted.json.properties.scope], [201, scripted.toLowerCase()]);
    const left = await server.longarm.plane.store.read(({ directory }) => directory.assignments());
    const friends = left.filter(({ principalId }) => principalId === 'a-friend').map(({ scope }) => scope);
    assert.deepEqual(friends, [scripted.toLowerCase()]);
  });

  test('an administrator of a cluster cannot take away a role that was granted above it, though it sees it', async () => {
    const token = await server.tokenFor('administrator', scripted);
    const above = await server.longarm.plane.store.read(({ directory }) => directory.assignments());
    const root = above.find(({ scope }) => scope === '/');
    assert.ok(root);
    const atCluster = await call('DELETE', `${scripted}/${assignments}/${root.id}?${assignmentVersion}`, token);
    const atRoot = await call('DELETE', `/${assignments}/${root.id}?${assignmentVersion}`, token);
    assert.deepEqual([atCluster.status, atRoot.status], [204, 403]);
    const after = await server.longarm.plane.store.read(({ directory }) => directory.assignments());
    assert.ok(after.some(({ id }) => id === root.id));
  });

  test('a role of one issuer’s principal is no role of another’s with the same id', async () => {
    const token = await server.tokenFor();
    const { oid }: { oid: string } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const properties = {
      roleDefinitionId: roleByName('administrator')?.id,
      principalId: oid,
      longarm: { issuer: 'https://issuer.example' },
    };
    const path = `/${assignments}/7a1c9d52-93a5-4f7f-8d4c-000000000003?${assignmentVersion}`;
    assert.equal((await call('PUT', path, server.administrator, { properties })).status, 201);
    assert.equal((await call('GET', `${scripted}?${version}`, token)).status, 403);
  });

  test('a command that one issuer’s principal submitted is not that of another’s with the same id', async () => {
    const { own } = await submitter();
    const { plane } = server.longarm;
    const id = parseCommandId(own.split('/').at(-1) ?? '');
    const cluster = await plane.store.read(({ directory }) => directory.clusters());
    const address = cluster.find(({ address: { name } }) => name === 'scripted')?.address;
    assert.ok(id !== undefined && address !== undefined);
    const { submittedBy } = (await plane.store.read(({ commands }) => commands.get(id)))?.facts ?? {};
    assert.ok(submittedBy !== undefined);
    const cancelAs = (issuer: string) =>
      cancelCommand(plane, { principal: { ...submittedBy, issuer }, correlationId: 'test' }, address, id);
    await assert.rejects(cancelAs('https://issuer.example'), { code: 'AuthorizationFailed' });
    assert.equal((await cancelAs(submittedBy.issuer)).facts.id, id);
  });

  test('where run command is switched off not even an administrator runs one, and the refusal comes after the rights', async () => {
    const off = { properties: { apiServerAccessProfile: { disableRunCommand: true } } };
    const runner = await server.tokenFor('command-runner', scripted);
    assert.equal((await call('PUT', `${scripted}?${version}`, runner, off)).status, 403, 'a runner switches nothing');
    assert.equal((await call('PUT', `${scripted}?${version}`, server.administrator, off)).status, 200);
    const run = (token: string) => call('POST', `${scripted}/runCommand?${version}`, token, { command: 'exit 0' });
    for (const token of [runner, server.administrator]) {
      const { status, json } = await run(token);
      assert.deepEqual([status, json.error.code], [409, 'RunCommandDisabled']);
    }
    assert.equal((await run(await server.tokenFor('reader', scripted))).status, 403);
  });
});
