import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { probeIsolation } from '../../src/executors/process/probe-isolation.ts';
import { openStore } from '../../src/main/data-directory.ts';
import { fileAppears } from '../clients/file-appears.ts';
import { zipContext } from '../wire/zip-writer.ts';
import { type Answered, type Client, type Served, startServed } from './served.ts';
import { modesBelow, type Secrets, sightingsBelow, sightingsIn, sightingsInProcesses } from './sightings.ts';

const { kind } = await probeIsolation();
const isRoot = process.getuid?.() === 0;
const version = 'api-version=2025-05-01';
const word = (name: string) => `Sentinel${name}${randomBytes(12).toString('hex')}`;

const configuration = `
${isRoot ? 'processUser: "65534:65534"' : ''}
clusters:
  - { resourceGroup: rg1, name: local, executor: process }
  - { resourceGroup: rg1, name: scripted, executor: scripted }
`;

describe('secrets of a command, from submit to long after its end', { timeout: 180_000 }, () => {
  let server: Served;
  let client: Client;
  let token: string;
  /** Where commands and the test meet: outside of the data directory, open for whatever user they run as. */
  let meeting: string;
  let secrets: Secrets;
  const asked: Answered[] = [];
  const text = word('Text');
  const fileName = word('Name');
  const fileContent = word('Content');
  const clusterTokenClaim = word('Claim');
  const printed = word('Printed');
  const payload = Buffer.from(JSON.stringify({ aud: clusterTokenClaim })).toString('base64url');
  const clusterToken = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${payload}.${word('Signature')}`;
  before(async () => {
    meeting = mkdtempSync(join(tmpdir(), 'longarm-meet-'));
    chmodSync(meeting, 0o777);
    server = await startServed(configuration);
    client = await server.client('pipeline', 'administrator', '/');
    token = await server.tokenOf(client);
    const [, claims = '', signature = ''] = token.split('.');
    secrets = {
      'the text': text,
      'the name of the file': fileName,
      'the content of the file': fileContent,
      'the cluster token': clusterToken,
      'the claims of the cluster token': payload,
      'a claim of the cluster token': clusterTokenClaim,
      'the client secret': client.clientSecret,
      'the claims of the bearer token': claims,
      'the signature of the bearer token': signature,
    };
  });
  after(async () => {
    await server.dispose();
    rmSync(meeting, { recursive: true });
  });

  const call = async (method: string, path: string, options: object = {}) => {
    const answer = await server.call(method, path, { token, ...options });
    asked.push(answer);
    return answer;
  };
  const context = () => zipContext([{ name: fileName, content: fileContent, method: 0, mode: 0o100600 }]);

  async function submit(command: string, cluster = 'local', more: object = {}) {
    const body = { command, context: context(), clusterToken, ...more };
    const answer = await call('POST', `${server.clusters}/${cluster}/runCommand?${version}`, { body });
    assert.equal(answer.status, 202, answer.text);
    return new URL(String(answer.headers['location'])).pathname;
  }

  /** A command that goes on until the test opens its gate. */
  async function submitHeld(command = 'exit 3') {
    const [ready, gate] = ['ready', 'gate'].map((name) => join(meeting, `${name}-${randomBytes(4).toString('hex')}`));
    assert.ok(ready && gate);
    await promisify(execFile)('mkfifo', ['-m', '666', gate]);
    const path = await submit(`: ${text}; echo ${printed}; : >${ready}; read -r line <${gate}; ${command}`);
    await fileAppears(ready, AbortSignal.timeout(30_000));
    return { path, open: () => writeFileSync(gate, 'go\n') };
  }

  async function end(path: string) {
    for (;;) {
      const answer = await call('GET', `${path}?${version}`, { headers: { prefer: 'wait=20' } });
      if (answer.status !== 202) return answer.text;
    }
  }

  /** What of the secrets can be seen in what the server says, in its database, in processes, and of the printed word. */
  async function isNowhereIn(more: Secrets = {}) {
    const all = { ...secrets, ...more };
    const metrics = await server.call('GET', '/metrics');
    assert.match(metrics.text, /longarm_commands/);
    const store = await openStore(server.dataDir);
    const audit = await store.read((repositories) => repositories.audit.newest(10_000));
    await store.close();
    assert.ok(audit.length > 0);
    assert.deepEqual(
      [
        ...sightingsIn('the log', server.said(), { ...all, 'what was printed': printed }),
        ...sightingsIn('the metrics', metrics.text, { ...all, 'what was printed': printed }),
        ...sightingsIn('the audit', JSON.stringify(audit), { ...all, 'what was printed': printed }),
        ...sightingsInProcesses({ ...all, 'what was printed': printed }),
      ],
      [],
    );
  }

  /** Files of the data directory in which a secret stands. */
  const inDataDirectory = () => sightingsBelow(server.dataDir, secrets);

  if (kind === 'namespaces') {
    test('while it runs they are in its own files of mode 0600 alone, and nowhere else', async () => {
      const { path, open } = await submitHeld();
      const box = `runs/process/${path.split('/').at(-1)}/box`;
      assert.deepEqual(inDataDirectory().toSorted(), [
        `the content of the file: ${box}/work/${fileName}`,
        `the name of the file: the name of ${box}/work/${fileName}`,
        `the text: ${box}/command`,
      ]);
      const modes = modesBelow(server.dataDir);
      assert.deepEqual([modes.get(`${box}/command`), modes.get(`${box}/work/${fileName}`)], ['600', '600']);
      await isNowhereIn();
      open();
      assert.match(await end(path), /"exitCode":3/);
    });

    test('after its end nothing of them is left, and what it printed stands in its output alone', async () => {
      const { path, open } = await submitHeld('echo end');
      open();
      assert.ok((await end(path)).includes(printed));
      await server.end();
      await server.start();
      assert.deepEqual(inDataDirectory(), []);
      const printedIn = sightingsBelow(server.dataDir, { printed }).map((where) => where.split('/')[0]);
      assert.deepEqual([...new Set(printedIn)], ['printed: outputs']);
      await isNowhereIn();
    });

    test('nothing of them shows through kill -9 of the server, a cancel, a time limit and a death of its own', async () => {
      const held = await submitHeld();
      await server.kill();
      assert.deepEqual(
        inDataDirectory().filter((where) => !where.includes('runs/process/')),
        [],
      );
      assert.deepEqual(sightingsInProcesses(secrets), []);
      await server.start();
      token = await server.tokenOf(client);
      held.open();
      assert.match(await end(held.path), /"exitCode":3/);
      const cancelled = await submitHeld('exit 1');
      await call('POST', `${cancelled.path}/cancel?${version}`);
      assert.match(await end(cancelled.path), /"Canceled"/);
      const late = await submit(`: ${text}; sleep 60`, 'local', { longarm: { timeoutSeconds: 1, graceSeconds: 1 } });
      assert.match(await end(late), /TimedOut/);
      assert.match(await end(await submit(`: ${text}; kill -9 $$`)), /"exitCode":137/);
      assert.match(await end(await submit(`fi # ${text}`)), /"exitCode":[12]/);
      await server.end();
      assert.deepEqual(inDataDirectory(), []);
      await server.start();
      await isNowhereIn();
    });

    test('a command sees no key, no database, no certificate’s key and no identity of the server', async () => {
      const names = readdirSync(server.dataDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      assert.ok(
        ['keys.json', 'longarm.db', 'identity.json', '.pem'].every((end) => names.some((name) => name.endsWith(end))),
      );
      const roots = [
        '',
        '/proc/1/root',
        '/proc/$PPID/root',
        `/proc/${server.pid()}/root`,
        '/proc/self/cwd/../../../../../..',
      ];
      const reads = roots.flatMap((root) => names.map((name) => `cat "${root}${name}"`));
      const more = [
        `cat /proc/${server.pid()}/environ`,
        `cat /proc/${server.pid()}/fd/*`,
        `find ${server.dataDir} -type f`,
      ];
      const script = `{\n${[...reads, ...more].join('\n')}\n} 2>/dev/null; echo done`;
      const { text: seen } = await call('GET', `${await endedPath(script)}/output?${version}`);
      const box = new RegExp(`^${server.dataDir}/runs/process/[0-9a-f]{32}/box/.*\\n`, 'gm');
      assert.equal(seen.replaceAll(box, ''), 'done\n');
    });
  }

  async function endedPath(script: string) {
    const path = await submit(script, 'local', { context: null });
    await end(path);
    return path;
  }

  test('while a command waits for a cluster its token is nowhere but sealed, and a kubeconfig is never shown', async () => {
    const kubeconfig = word('Kubeconfig');
    const more = { 'the token of the kubeconfig': kubeconfig };
    const longarm = {
      executor: 'kubernetes',
      kubeconfig:
        '{current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: ' +
        `{server: "https://cluster.invalid"}}], users: [{name: u, user: {token: ${kubeconfig}}}]}`,
    };
    const cluster = `${server.clusters}/pods?${version}`;
    assert.equal((await call('PUT', cluster, { body: { properties: { longarm } } })).status, 201);
    const refused = { ...longarm, kubeconfig: longarm.kubeconfig.replace('https:', 'http:') };
    assert.equal((await call('PUT', cluster, { body: { properties: { longarm: refused } } })).status, 400);
    const path = await submit(`: ${text}`, 'pods');
    const waiting = await call('GET', `${path}?${version}`);
    assert.match(waiting.text, /"Running"/);
    const shown = waiting.text + (await call('GET', cluster)).text;
    assert.deepEqual(sightingsIn('an answer', shown, { ...secrets, ...more }), []);
    await isNowhereIn(more);
    const onDisk = sightingsBelow(server.dataDir, { ...secrets, ...more }).filter((where) => !where.includes('runs/'));
    assert.deepEqual(onDisk, []);
  });

  test('no refusal says them again: not of the body, the archive, the token or the rights', async () => {
    const run = `${server.clusters}/scripted/runCommand?${version}`;
    const json = { 'content-type': 'application/json' };
    const body = (change: object) => ({ body: { command: text, context: context(), clusterToken, ...change } });
    const stranger = await server.tokenOf(await server.client('stranger'));
    const key = { 'idempotency-key': randomBytes(12).toString('hex') };
    // A scripted cluster tells which word of a script it does not know; in a comment it reads none.
    const taken = body({ command: `# ${text}` });
    assert.equal((await server.call('POST', run, { token, ...taken, headers: key })).status, 202);
    const cases: readonly (readonly [number, Promise<Answered>])[] = [
      [400, call('POST', run, { rawBody: `{"command":"${text}","clusterToken":"${clusterToken}",}`, headers: json })],
      [400, call('POST', run, { rawBody: `"${text}`, headers: json })],
      [400, call('POST', run, { rawBody: `{"command":${text}}`, headers: json })],
      [400, call('POST', run, body({ command: [text] }))],
      [400, call('POST', run, body({ command: `${text}\0` }))],
      [400, call('POST', run, body({ longarm: { word: text } }))],
      [400, call('POST', run, body({ longarm: { timeoutSeconds: text } }))],
      [400, call('POST', run, body({ context: `${text}!` }))],
      [400, call('POST', run, body({ context: Buffer.from(fileContent).toString('base64') }))],
      [
        400,
        call('POST', run, body({ context: zipContext([{ name: 'a', content: fileContent, declared: { crc: 1 } }]) })),
      ],
      [400, call('POST', run, body({ clusterToken: client.clientSecret }))],
      [400, call('POST', run, body({ clusterToken: `${clusterToken}.more` }))],
      [409, call('POST', run, { ...body({ command: `# ${text} again` }), headers: key })],
      [415, call('POST', run, { rawBody: text, headers: { 'content-type': `text/${text}` } })],
      [404, call('POST', run.replace('scripted', 'absent'), body({}))],
      [403, call('POST', run, { ...body({}), token: stranger })],
      [401, call('POST', run, { ...body({}), token: `${token}x` })],
      [401, call('POST', run, { ...body({}), headers: { authorization: `Basic ${client.clientSecret}` } })],
      [401, server.signIn({ ...client, clientSecret: `${client.clientSecret}x` })],
      [
        400,
        call('POST', `/${server.identity.tenantId}/oauth2/v2.0/token`, {
          body: { client_secret: client.clientSecret },
        }),
      ],
      [405, call('PUT', run, body({}))],
      [404, call('POST', `/nowhere?${version}`, body({}))],
    ];
    for (const [index, [status, promise]] of cases.entries()) {
      const answer = await promise;
      // A media type that is not taken is told again, as what it is: no secret, and the sender's own.
      if (status === 415) continue;
      assert.ok([status, 415].includes(answer.status), `${index}: ${answer.status} ${answer.text}`);
      asked.push(answer);
    }
    for (const { headers, text: said, status } of asked.filter((each) => each.status >= 400 && each.status !== 415)) {
      assert.deepEqual(sightingsIn(`a ${status}`, said + JSON.stringify(headers), secrets), []);
      assert.ok(!said.includes('Sentinel'), `a piece of a secret in ${said}`);
    }
    await isNowhereIn({ key: key['idempotency-key'] });
    assert.deepEqual(
      inDataDirectory().filter((where) => !where.includes('runs/')),
      [],
    );
  });

  test('the client’s secret is stored as its digest alone, and the configuration and the keys are the owner’s alone', () => {
    assert.deepEqual(sightingsBelow(server.dataDir, { secret: client.clientSecret }), []);
    const wide = [...modesBelow(server.dataDir)].filter(([, mode]) => !/^[67]00$/.test(mode));
    assert.deepEqual(
      wide.filter(([path]) => !path.endsWith('ca.pem')),
      [],
    );
    assert.ok(readFileSync(join(server.dataDir, 'keys.json')).length > 0);
  });
});
