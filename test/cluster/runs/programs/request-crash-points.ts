/**
 * Crash points, as `node --import` gives them to a server: those of `test/crash/`, and around every request to an API
 * server. `before` is when nothing of it was sent, `in` when an exec or a watch has been opened, `after` when the head of
 * the answer is there, or the exec is over.
 */
import https, { type RequestOptions } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { crashVariable, parseControl } from '../../../crash/crash-control.ts';
import { pointPasser } from '../../../crash/programs/pass-point.ts';
import '../../../crash/programs/crash-points.ts';

const control = parseControl(process.env[crashVariable]);
if (control !== undefined && isMainThread) install(pointPasser(control));

function install(pass: (point: string) => void): void {
  const request = https.request.bind(https);
  const watched = (first: string | URL | RequestOptions, second?: unknown, third?: unknown): ClientRequest => {
    const options = isOptions(second) ? second : isOptions(first) ? first : {};
    const name = nameOf(options.method ?? 'GET', options.path ?? '');
    if (name === undefined) return Reflect.apply(request, https, [first, second, third]);
    pass(`before ${name}`);
    const sent: ClientRequest = Reflect.apply(request, https, [first, second, third]);
    sent.once('response', () => pass(`after ${name}`));
    sent.once('upgrade', (_response: IncomingMessage, socket: Socket) => {
      pass(`in ${name}`);
      socket.once('close', () => pass(`after ${name}`));
    });
    return sent;
  };
  Object.assign(https, { request: watched });
  syncBuiltinESMExports();
}

function isOptions(value: unknown): value is RequestOptions {
  return typeof value === 'object' && value !== null && !(value instanceof URL);
}

/** `create pods`, `read configmaps`, `exec longarm-spool open`; `undefined` for what is no request to an API server. */
function nameOf(method: string, text: string): string | undefined {
  const { pathname, searchParams } = new URL(text, 'https://api.invalid');
  const [, kind, name, sub] = /^\/api\/v1\/namespaces\/[^/]+\/(\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(pathname) ?? [];
  if (kind === undefined) return undefined;
  if (sub === 'exec') {
    const words = searchParams.getAll('command');
    const script = words.findIndex((word) => word.startsWith('longarm-'));
    const how = words[script] === 'longarm-spool' ? ` ${words[script + 2] ?? ''}` : '';
    return `exec ${words[script]}${how}`;
  }
  if (searchParams.get('watch') === 'true') return `watch ${kind}`;
  if (method === 'GET') return `${name === undefined ? 'list' : 'read'} ${kind}`;
  return `${method.toLowerCase()} ${kind}`;
}
