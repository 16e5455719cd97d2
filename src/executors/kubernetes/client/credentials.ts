import { readFile } from 'node:fs/promises';
import { msBetween } from '../../../core/instant.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { ClusterAccess, Pem } from './cluster-access.ts';
import type { PluginCredential } from './exec-credential.ts';
import { runExecPlugin } from './exec-plugin.ts';
import { NoCredentials } from './kubernetes-error.ts';
import { sharedWork } from './shared-work.ts';
import { withinDeadline } from './within-deadline.ts';

/** What a connection is made with, and a request carries. */
export interface Credential {
  readonly token: string | undefined;
  /** PEM. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** PEM; the machine's own where undefined. */
  readonly authority: string | undefined;
}

/** The credentials of one cluster, kept fresh. */
export interface Credentials {
  /** For the next request. @throws {NoCredentials} or the signal's reason */
  current(signal: AbortSignal): Promise<Credential>;
  /** After a 401: whether there is another one now than the one that was refused. @throws as `current` */
  renewed(refused: Credential, signal: AbortSignal): Promise<boolean>;
}

/** Files are read again after this: kubelet renews a pod's token long before it ends. */
const rereadMs = 60_000;
/** A plugin's credential is renewed this long before it ends, so that it does not end on the way. */
const beforeEndMs = 10_000;
/** A plugin may ask a cloud for a token, over a slow network. */
const pluginMs = 60_000;

interface Read {
  readonly credential: Credential;
  readonly readAtMs: number;
  /** What the exec plugin gave, where there is one. */
  readonly plugged: PluginCredential | undefined;
}

/** Keeps the credentials of a cluster: files read at most each minute, an exec plugin run once for all who wait. */
export function createCredentials(access: ClusterAccess, clock: Clock): Credentials {
  let last: Read | undefined;
  const isGood = (plugged: PluginCredential | undefined): boolean =>
    plugged?.expiresAt === undefined || msBetween(clock.now(), plugged.expiresAt) > beforeEndMs;
  const isFresh = ({ readAtMs, plugged }: Read): boolean =>
    isGood(plugged) && (!readsFiles(access) || clock.monotonicMs() - readAtMs < rereadMs);

  const read = async (reusable: PluginCredential | undefined, signal: AbortSignal): Promise<Read> => {
    const readAtMs = clock.monotonicMs();
    const plugged = reusable ?? (await runPlugin(access, clock, signal));
    last = { credential: await readCredential(access, plugged), readAtMs, plugged };
    return last;
  };
  const reread = sharedWork((signal) => read(isGood(last?.plugged) ? last?.plugged : undefined, signal));
  const readAnew = sharedWork((signal) => read(undefined, signal));

  return {
    current: async (signal) => {
      signal.throwIfAborted();
      const found = last !== undefined && isFresh(last) ? last : await reread(signal);
      return found.credential;
    },
    renewed: async (refused, signal) => {
      if (last !== undefined && !isSame(last.credential, refused)) return true;
      const found = await readAnew(signal);
      return !isSame(found.credential, refused);
    },
  };
}

function isSame(one: Credential, other: Credential): boolean {
  return one.token === other.token && one.certificate === other.certificate && one.authority === other.authority;
}

function readsFiles({ bearer, clientCertificate, certificateAuthority }: ClusterAccess): boolean {
  const pems = [clientCertificate?.certificate, clientCertificate?.key, certificateAuthority];
  return bearer.type === 'token-file' || pems.some((pem) => pem?.type === 'file');
}

async function readCredential(access: ClusterAccess, plugged: PluginCredential | undefined): Promise<Credential> {
  const { clientCertificate } = access;
  return {
    token: await tokenOf(access, plugged),
    certificate: plugged?.certificate?.certificate ?? (await pemOf(clientCertificate?.certificate)),
    key: plugged?.certificate?.key ?? (await pemOf(clientCertificate?.key)),
    authority: await pemOf(access.certificateAuthority),
  };
}

async function runPlugin(
  { bearer }: ClusterAccess,
  clock: Clock,
  signal: AbortSignal,
): Promise<PluginCredential | undefined> {
  if (bearer.type !== 'exec-plugin') return undefined;
  const { plugin } = bearer;
  const late = (): Error =>
    new NoCredentials(
      `The exec plugin ${plugin.command} of the kubeconfig did not end within ${pluginMs / 1000} s. Does it wait for somebody to log in?`,
    );
  return withinDeadline({ clock, limitMs: pluginMs, late, signal }, (limited) => runExecPlugin(plugin, limited));
}

async function tokenOf({ bearer }: ClusterAccess, plugged: PluginCredential | undefined): Promise<string | undefined> {
  switch (bearer.type) {
    case 'none':
      return undefined;
    case 'token':
      return bearer.token;
    case 'exec-plugin':
      return plugged?.token;
    case 'token-file': {
      const token = (await readText(bearer.file, 'token')).trim();
      if (/^[\x21-\x7e]+$/.test(token)) return token;
      throw new NoCredentials(`The token file ${bearer.file} holds no token.`);
    }
  }
}

async function pemOf(source: Pem | undefined): Promise<string | undefined> {
  if (source === undefined) return undefined;
  return source.type === 'inline' ? source.pem : readText(source.file, 'certificate or key');
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new NoCredentials(`The ${what} that the kubeconfig names cannot be read: ${String(cause)}.`, { cause });
  }
}
