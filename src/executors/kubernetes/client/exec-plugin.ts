import { type ChildProcess, spawn } from 'node:child_process';
import { unlessAborted } from '../../unless-aborted.ts';
import type { ExecPlugin } from './cluster-access.ts';
import { type PluginCredential, parsePluginCredential } from './exec-credential.ts';
import { NoCredentials } from './kubernetes-error.ts';

const mostOutputBytes = 1024 * 1024;
const mostErrorCharacters = 1000;

interface Ended {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs an exec plugin and takes what it prints (client.authentication.k8s.io, `ExecCredential`). When the signal aborts,
 * the plugin and what it started are killed.
 * @throws {NoCredentials} when there is no such program, it fails, or prints something else; its stderr is in the message
 * @throws the signal's reason
 */
export async function runExecPlugin(plugin: ExecPlugin, signal: AbortSignal): Promise<PluginCredential> {
  signal.throwIfAborted();
  const request = {
    apiVersion: plugin.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(plugin.cluster === undefined ? {} : { cluster: plugin.cluster }) },
  };
  const child = spawn(plugin.command, plugin.args, {
    env: { ...plugin.environment, KUBERNETES_EXEC_INFO: JSON.stringify(request) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what a wrapper script started goes with it.
    detached: true,
  });
  try {
    const ended = await unlessAborted(endOf(child, plugin), signal);
    if (ended.code !== 0) {
      const how = ended.killedBy === null ? `exited with ${ended.code}` : `was killed by ${ended.killedBy}`;
      throw new NoCredentials(`${nameOf(plugin)} ${how}${quote(ended.stderr)}`);
    }
    return parsePluginCredential(ended.stdout, plugin.apiVersion, nameOf(plugin));
  } finally {
    killGroup(child);
  }
}

function nameOf(plugin: ExecPlugin): string {
  return `The exec plugin ${plugin.command} of the kubeconfig`;
}

function endOf(child: ChildProcess, plugin: ExecPlugin): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const stdout: Buffer[] = [];
  let stdoutBytes = 0;
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdoutBytes += chunk.length;
    if (stdoutBytes <= mostOutputBytes) return stdout.push(chunk);
    reject(new NoCredentials(`${nameOf(plugin)} printed more than ${mostOutputBytes} bytes.`));
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = `${stderr}${text}`.slice(-mostErrorCharacters);
  });
  child.once('error', (cause) => {
    const hint = plugin.installHint === undefined ? '' : ` ${plugin.installHint}`;
    reject(new NoCredentials(`${nameOf(plugin)} could not be run: ${cause.message}.${hint}`, { cause }));
  });
  child.once('close', (code, killedBy) => {
    resolve({ code, killedBy, stdout: Buffer.concat(stdout).toString('utf8'), stderr });
  });
  return promise;
}

function quote(stderr: string): string {
  const words = stderr.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return words === '' ? ' and said nothing.' : `: ${words}`;
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It ended in this moment.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
