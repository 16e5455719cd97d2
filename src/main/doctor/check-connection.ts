import { request } from 'node:https';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { readConnection } from '../../cli/connection.ts';
import { type Connected, withConnection } from '../../cli/connect.ts';
import { endingOf } from '../../cli/exit-code.ts';
import type { VerbCall } from '../../cli/verb.ts';
import { type Finding, finding } from './finding.ts';

const patienceMs = 10_000;
const clockSkewMs = 60_000;
const fewDaysMs = 14 * 24 * 60 * 60 * 1000;

/** What a client meets: TLS, clock, credential, rights, the cluster, and a round trip through it. */
export async function checkConnection(call: VerbCall, clusterName: string | undefined): Promise<readonly Finding[]> {
  const connection = await readConnection(call.context, call.options).catch((error: unknown) => error);
  if (
    connection instanceof Error ||
    typeof connection !== 'object' ||
    connection === null ||
    !('endpoint' in connection)
  ) {
    const seen = connection instanceof Error ? connection.message : String(connection);
    return [{ check: 'connection', state: 'skipped', seen, remedy: 'Start a server, or name its connection.json.' }];
  }
  const { endpoint, ca } = connection as { endpoint: string; ca: string | undefined };
  const overTls = await checkTls(endpoint, ca);
  if (overTls.some(({ state }) => state === 'bad')) return overTls;
  return [...overTls, ...(await withConnection(call, (connected) => checkApi(connected, clusterName)))];
}

async function checkTls(endpoint: string, ca: string | undefined): Promise<readonly Finding[]> {
  const remedy = 'See that the server runs, and that --ca-file or caFile in connection.json is the CA it shows.';
  let clock: Finding | undefined;
  const tls = await finding('TLS', remedy, async () => {
    const { certificate, date } = await shakeHands(endpoint, ca);
    clock = checkClock(date);
    const leftMs = Date.parse(certificate.valid_to) - Date.now();
    const seen = `${endpoint} is trusted; its certificate is good until ${certificate.valid_to}.`;
    if (leftMs > fewDaysMs) return { check: 'TLS', state: 'ok', seen };
    return {
      check: 'TLS',
      state: 'weak',
      seen,
      remedy: 'Renew the certificate. (Our own renews itself while the server runs.)',
    };
  });
  return clock === undefined ? [tls] : [tls, clock];
}

function checkClock(date: string | undefined): Finding {
  const check = 'clock';
  const skewMs = Math.abs(Date.parse(date ?? '') - Date.now());
  const seen = `This machine and the server differ by ${Math.round(skewMs / 1000)} s.`;
  if (skewMs <= clockSkewMs) return { check, state: 'ok', seen };
  return {
    check,
    state: 'bad',
    seen,
    remedy: 'Set the clocks (NTP): tokens are refused when they differ by two minutes.',
  };
}

function shakeHands(
  endpoint: string,
  ca: string | undefined,
): Promise<{ readonly certificate: PeerCertificate; readonly date: string | undefined }> {
  return new Promise((resolve, reject) => {
    const url = new URL('/healthz', endpoint);
    const sent = request(
      url,
      { agent: false, timeout: patienceMs, ...(ca === undefined ? {} : { ca }) },
      (response) => {
        const certificate = (response.socket as TLSSocket).getPeerCertificate();
        response.resume();
        response.once('end', () => resolve({ certificate, date: response.headers.date }));
      },
    );
    sent.once('timeout', () => sent.destroy(new Error(`${endpoint} did not answer within ${patienceMs / 1000} s.`)));
    sent.once('error', reject);
    sent.end();
  });
}

async function checkApi(connected: Connected, clusterName: string | undefined): Promise<readonly Finding[]> {
  const signIn = await finding(
    'credential',
    'Make a client with `longarm client create`, or get a new token.',
    async () => {
      await connected.client.token();
      return { check: 'credential', state: 'ok', seen: 'A token was issued.' };
    },
  );
  if (signIn.state === 'bad') return [signIn];
  const cluster = connected.clusterOf(clusterName);
  const rights = await finding(
    'cluster',
    'If it exists, ask an administrator for the role command-runner at it; `longarm cluster list` shows what you may see.',
    async () => {
      const { name, properties } = await connected.client.clusters.get(cluster);
      if (properties.apiServerAccessProfile?.disableRunCommand === true) {
        const remedy = `Switch it on with \`longarm cluster enable ${name}\`.`;
        return { check: 'cluster', state: 'bad', seen: `Run command is switched off for '${name}'.`, remedy };
      }
      return { check: 'cluster', state: 'ok', seen: `'${name}' is there and may be seen.` };
    },
  );
  if (rights.state === 'bad') return [signIn, rights];
  const roundTrip = await finding(
    'round trip',
    'Read the reason; docs/errors.md says what to do about each.',
    async () => {
      const startedMs = performance.now();
      const keepsIdempotencyKeys = await connected.isLongarm(cluster);
      const command = await connected.client.submit(
        cluster,
        { command: 'echo longarm-doctor' },
        { keepsIdempotencyKeys },
      );
      const ending = endingOf(await connected.client.waitForEnd(command));
      const took = `${Math.round(performance.now() - startedMs)} ms`;
      if (ending.type === 'exited' && ending.exitCode === 0) {
        return { check: 'round trip', state: 'ok', seen: `A command ran and its result came back in ${took}.` };
      }
      const why =
        'reason' in ending ? ending.reason : ending.type === 'exited' ? `exit code ${ending.exitCode}` : 'cancelled';
      return { check: 'round trip', state: 'bad', seen: `The command did not succeed (${why}), after ${took}.` };
    },
  );
  return [signIn, rights, roundTrip];
}
