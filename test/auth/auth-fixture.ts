import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createSignInLimits } from '../../src/auth/sign-in-limits.ts';
import { createSigningKeyRing, type SigningKeyRing } from '../../src/auth/signing-keys.ts';
import type { TokenDependencies } from '../../src/auth/grant-token.ts';
import { newClient, type NewClient } from '../../src/auth/register-client.ts';
import { tokenOperations } from '../../src/auth/token-operations.ts';
import { ownIssuer, type TrustedIssuer } from '../../src/auth/trusted-issuer.ts';
import { type Authenticator, createAuthenticator } from '../../src/auth/verify-bearer.ts';
import type { Ids } from '../../src/ports/ids.ts';
import type { Store } from '../../src/ports/store.ts';
import { openKeyFile } from '../../src/store/sealing/open-key-file.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { OperationRequest, OperationResponse } from '../../src/wire/operation.ts';
import { type SettableClock, settableClock } from './settable-clock.ts';

export const tenantId = '11111111-2222-4333-8444-555555555555';
/** What principals of our own issuer are filed under. */
export const ownName = 'longarm:test';
export const publicUrl = 'https://longarm.example:8443';

const unused = () => {
  throw new Error('This id is not used by the room under test.');
};

/** Random ids of the kinds that the room uses. */
export const ids: Ids = {
  commandId: unused,
  clusterUid: unused,
  leaseToken: unused,
  workerId: unused,
  uuid: () => randomUUID(),
  secret: () => randomBytes(24).toString('base64url'),
};

/** A token endpoint on a real store, with one registered client. */
export interface AuthFixture extends AsyncDisposable {
  readonly clock: SettableClock;
  readonly store: Store;
  readonly signingKeys: SigningKeyRing;
  readonly registered: NewClient;
  readonly deps: TokenDependencies;
  readonly own: TrustedIssuer;
  /** Opens the same database once more, as another process would. */
  openAgain(): Promise<Store>;
  /** Every byte of the database and its log. */
  databaseBytes(): Promise<Buffer>;
  authenticatorOf(...more: TrustedIssuer[]): Authenticator;
  /** Calls the operation with this id. */
  call(operationId: string, request: Partial<OperationRequest>): Promise<OperationResponse>;
  /** A token from the token endpoint for the registered client. */
  token(resource?: string): Promise<string>;
}

export async function openAuthFixture(): Promise<AuthFixture> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'longarm-auth-'));
  const sealer = await openKeyFile(path.join(directory, 'key'));
  const stores: Store[] = [];
  const openAgain = async () => {
    const opened = await openSqliteStore({ file: path.join(directory, 'longarm.db'), sealer });
    stores.push(opened);
    return opened;
  };
  const store = await openAgain();
  const clock = settableClock();
  const registered = newClient(ids, clock, 'pipeline');
  await store.write(({ directory: rows }) => rows.saveClient(registered.client));
  const signingKeys = createSigningKeyRing({ store, clock });
  const deps = { store, signingKeys, limits: createSignInLimits(clock), clock, ids, tenantId };
  const own = ownIssuer({ publicUrl, tenantId, name: ownName, signingKeys });
  const operations = tokenOperations(deps);

  const call = (operationId: string, request: Partial<OperationRequest>) => {
    const operation = operations.find(({ id }) => id === operationId);
    if (operation === undefined) throw new Error(`There is no operation ${operationId}.`);
    return operation.handle(operationRequest(request));
  };
  return {
    clock,
    store,
    signingKeys,
    registered,
    deps,
    own,
    openAgain,
    async databaseBytes() {
      const files = (await readdir(directory)).filter((file) => file.startsWith('longarm.db'));
      return Buffer.concat(await Promise.all(files.map((file) => readFile(path.join(directory, file)))));
    },
    authenticatorOf: (...more) => createAuthenticator({ issuers: [own, ...more], clock }),
    call,
    async token(resource = 'https://management.azure.com') {
      const response = await call('OAuth_TokenV2', { body: credentials(registered, `${resource}/.default`) });
      return textOf(jsonOf(response), 'access_token');
    },
    async [Symbol.asyncDispose]() {
      for (const opened of stores) await opened.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** The form of a client credentials request. */
export function credentials({ client, secret }: NewClient, scope: string): Record<string, string> {
  return { grant_type: 'client_credentials', client_id: client.id, client_secret: secret, scope };
}

/** The JSON object that an operation answered with. */
export function jsonOf(response: OperationResponse): Record<string, unknown> {
  if (response.body?.type !== 'json') throw new Error('The answer is not JSON.');
  const { value } = response.body;
  if (typeof value !== 'object' || value === null) throw new Error('The answer is not an object.');
  return { ...value };
}

/** A text member of an answer. */
export function textOf(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  if (typeof value !== 'string') throw new Error(`The answer has no text '${name}': ${JSON.stringify(body)}`);
  return value;
}

function operationRequest(given: Partial<OperationRequest>): OperationRequest {
  return {
    principal: undefined,
    params: { tenantId },
    query: {},
    headers: {},
    body: undefined,
    bodySha256: '',
    baseUrl: publicUrl,
    requestId: 'request-1',
    correlationId: 'correlation-1',
    remoteAddress: '192.0.2.7',
    signal: new AbortController().signal,
    ...given,
  };
}
