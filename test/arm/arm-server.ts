import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfigFile } from '../../src/config/config-file.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import { roleByName, type RoleName } from '../../src/core/role.ts';
import { parseScope } from '../../src/core/scope.ts';
import { registerClient } from '../../src/main/new-client.ts';
import { createServerLog } from '../../src/main/server-log.ts';
import { type RunningLongarm, startLongarm } from '../../src/main/start-longarm.ts';

/** An answer, read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON; `undefined` where there is none. */
  // oxlint-disable-next-line no-explicit-any -- tests look into bodies of every shape
  readonly json: any;
}

/** What a call is made with. */
export interface CallOptions {
  readonly token?: string;
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly rawBody?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A whole Longarm in this process, on a data directory and a port of its own. */
export interface ArmServer {
  readonly longarm: RunningLongarm;
  readonly dataDir: string;
  readonly subscription: string;
  /** `/subscriptions/…/resourceGroups/rg1`. */
  readonly group: string;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** A bearer token of a new client, with a role at a scope or with none. */
  tokenFor(role?: RoleName, scope?: string): Promise<string>;
  /** Submits a command as the administrator and gives the path of its result. */
  submit(command: string, more?: { readonly cluster?: string; readonly body?: object }): Promise<string>;
  /** The result, once it is final. */
  end(resultPath: string, token?: string): Promise<Answer>;
  readonly administrator: string;
  /** Stops the server and starts it again on the same data directory, at another port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The api-version that tests ask for. */
export const version = 'api-version=2025-05-01';

const clusters = `
clusters:
  - { resourceGroup: rg1, name: local, executor: process }
  - { resourceGroup: rg1, name: scripted, executor: scripted }
  - { resourceGroup: rg2, name: other, executor: scripted }
`;

/** Starts a server with the clusters `local` (process lane), `scripted` and, in another group, `other`. */
export async function startArmServer(configuration = ''): Promise<ArmServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'longarm-arm-'));
  const start = () => {
    const file = parseConfigFile('test.yaml', `${configuration.includes('clusters:') ? '' : clusters}${configuration}`);
    const config = resolveConfig({ flags: { dataDir, port: '0', logLevel: 'error' }, environment: {}, file });
    return startLongarm(config, createServerLog(config.logLevel, 2));
  };
  let longarm = await start();
  let agent = agentOf(longarm);
  const { subscriptionId: subscription, tenantId } = longarm.identity;
  const group = `/subscriptions/${subscription}/resourceGroups/rg1`;

  const call = (method: string, path: string, options: CallOptions = {}) =>
    send(agent, new URL(`${longarm.publicUrl}${path}`), method, options);
  const tokenFor = async (roleName?: RoleName, scopeText = '/') => {
    const role = roleName === undefined ? undefined : roleByName(roleName);
    const scope = parseScope(scopeText);
    assert.ok(scope);
    const first = role === undefined ? undefined : { role, scope };
    const { client, secret } = await registerClient(longarm.plane.store, longarm.identity, 'test', first);
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.id,
      client_secret: secret,
      scope: 'https://management.azure.com/.default',
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await call('POST', `/${tenantId}/oauth2/v2.0/token`, { rawBody: form.toString(), headers });
    assert.equal(answer.status, 200, answer.text);
    return String(answer.json.access_token);
  };
  const administrator = await tokenFor('administrator');
  return {
    get longarm() {
      return longarm;
    },
    dataDir,
    subscription,
    group,
    administrator,
    call,
    tokenFor,
    submit: async (command, { cluster = 'local', body = {} } = {}) => {
      const path = `${group}/providers/Microsoft.ContainerService/managedClusters/${cluster}/runCommand?${version}`;
      const answer = await call('POST', path, { token: administrator, body: { command, ...body } });
      assert.equal(answer.status, 202, answer.text);
      const { pathname } = new URL(answer.headers['location'] ?? '');
      return pathname;
    },
    end: async (resultPath, token = administrator) => {
      for (;;) {
        const answer = await call('GET', `${resultPath}?${version}`, { token, headers: { prefer: 'wait=20' } });
        if (answer.status !== 202) return answer;
      }
    },
    restart: async () => {
      const former = agent;
      await longarm.stop();
      former.destroy();
      longarm = await start();
      agent = agentOf(longarm);
    },
    stop: async () => {
      agent.destroy();
      await longarm.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function agentOf({ caFile }: RunningLongarm): Agent {
  assert.ok(caFile);
  return new Agent({ ca: readFileSync(caFile), keepAlive: true });
}

function send(agent: Agent, url: URL, method: string, options: CallOptions): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const body = options.rawBody ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const headers = {
    ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...options.headers,
  };
  const sent = request(url, { method, headers, agent }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.once('error', reject);
    response.once('end', () => {
      const text = Buffer.concat(chunks).toString('latin1');
      const isJson = response.headers['content-type']?.startsWith('application/json') === true;
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers as Record<string, string>,
        text,
        json: isJson ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : undefined,
      });
    });
  });
  sent.once('error', reject);
  sent.end(body);
  return promise;
}
