/**
 * Crash points, as `node --import` gives them to a server: those of `test/crash/`, and these around every request to an
 * API server about what is in a namespace.
 *
 * `before`: nothing of it was sent. `after`: the head of the answer has come, and nobody has read it yet; of a watch it
 * says that it is open. An exec has two more between them, and another `after`. `in`: the API server has opened it;
 * whether its program will run is not known, for a container that is not there yet is said only then. `told in`: the
 * program has said something, so it runs. `after`: its connection is closed, by whomever, or it was refused.
 *
 * A request that fails without an answer has no `after`. What is sent over an open exec is no point of its own.
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
      // Before anybody else hears of it. Nothing flows until the one who asked listens, in this very turn.
      const hear = (bytes: Buffer): void => {
        if (!isSaid(bytes)) return;
        socket.off('data', hear);
        pass(`told in ${name}`);
      };
      socket.on('data', hear);
      socket.once('close', () => pass(`after ${name}`));
    });
    return sent;
  };
  Object.assign(https, { request: watched });
  syncBuiltinESMExports();
}

/** Whether there is, among these frames of a web socket, a word of the program's: on channel 1 or 2, and not empty. */
function isSaid(bytes: Buffer): boolean {
  for (let at = 0; at + 2 < bytes.length;) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const [length, head] =
      short < 126
        ? [short, 2]
        : short === 126
          ? [bytes.readUInt16BE(at + 2), 4]
          : [Number(bytes.readBigUInt64BE(at + 2)), 10];
    const channel = bytes[at + head] ?? 0;
    if (length > 1 && (channel === 1 || channel === 2)) return true;
    at += head + length;
  }
  return false;
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
    // Behind the one that sees that it is the right pod.
    const script = words.findLastIndex((word) => /^longarm-[a-z]+$/.test(word));
    const how = words[script] === 'longarm-spool' ? ` ${words[script + 2] ?? ''}` : '';
    return `exec ${words[script]}${how}`;
  }
  if (searchParams.get('watch') === 'true') return `watch ${kind}`;
  if (method === 'GET') return `${name === undefined ? 'list' : 'read'} ${kind}`;
  return `${method.toLowerCase()} ${kind}`;
}
