import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RunningLongarm } from '../../src/main/start-longarm.ts';

/** An answer as it came over the socket. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The code of the `CloudError` in the body; `undefined` where it is none. */
  readonly code: string | undefined;
  readonly message: string;
}

/** A client that sends whatever bytes it is told to. */
export interface RawClient {
  readonly socket: Socket;
  send(...pieces: readonly (string | Uint8Array)[]): void;
  /** The next final answer; interim ones are in `interim`. Rejects when the connection ends before it is whole. */
  answer(): Promise<RawAnswer>;
  /** The statuses of the 1xx answers so far. */
  readonly interim: readonly number[];
  /** Resolves with the first 1xx answer. */
  interimAnswer(): Promise<void>;
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Connects to a server over TLS, or over plain HTTP at a port. */
export async function connectRaw(to: RunningLongarm | number): Promise<RawClient> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = typeof to === 'number' ? connectPlain(to, '127.0.0.1', resolve) : tlsTo(to, resolve);
  socket.once('error', reject);
  await promise;
  return clientOn(socket);
}

/** Where a server listens. */
export function portOf({ publicUrl }: RunningLongarm): number {
  return Number(new URL(publicUrl).port);
}

function tlsTo(longarm: RunningLongarm, connected: () => void): Socket {
  const ca = readFileSync(longarm.caFile ?? '');
  return connectTls({ host: '127.0.0.1', port: portOf(longarm), ca }, connected);
}

function clientOn(socket: Socket): RawClient {
  const closed = Promise.withResolvers<void>();
  let bytes = Buffer.alloc(0);
  let isClosed = false;
  const interim: number[] = [];
  let arrived = Promise.withResolvers<void>();
  const notify = () => {
    arrived.resolve();
    arrived = Promise.withResolvers<void>();
  };
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    notify();
  });
  // A reset is one of the ways in which a server closes.
  socket.on('error', () => undefined);
  socket.once('close', () => {
    isClosed = true;
    closed.resolve();
    notify();
  });
  const take = (): RawAnswer | undefined => {
    for (;;) {
      const found = cutAnswer(bytes);
      if (found === undefined) return undefined;
      bytes = bytes.subarray(found.length);
      if (found.answer.status >= 200) return found.answer;
      interim.push(found.answer.status);
    }
  };
  return {
    socket,
    interim,
    closed: closed.promise,
    send: (...pieces) => {
      for (const piece of pieces) socket.write(piece);
    },
    answer: async () => {
      for (;;) {
        const answer = take();
        if (answer !== undefined) return answer;
        assert.ok(!isClosed, `the connection ended with ${bytes.length} bytes and no whole answer`);
        await arrived.promise;
      }
    },
    interimAnswer: async () => {
      while (interim.length === 0) {
        const answer = take();
        assert.ok(answer === undefined && !isClosed, 'there was a final answer, or none');
        if (interim.length === 0) await arrived.promise;
      }
    },
    close: () => void socket.destroy(),
  };
}

/** The first answer in the bytes: headers, and a body by its length or chunks. */
function cutAnswer(bytes: Buffer): { readonly answer: RawAnswer; readonly length: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
  const length = status < 200 || status === 204 ? 0 : Number(headers['content-length'] ?? 0);
  const body = bytes.subarray(end + 4, end + 4 + length);
  if (body.length < length) return undefined;
  const text = body.toString('utf8');
  const error = errorOf(headers, text);
  return { answer: { status, headers, text, ...error }, length: end + 4 + length };
}

function errorOf(headers: Readonly<Record<string, string>>, text: string): Pick<RawAnswer, 'code' | 'message'> {
  if (headers['content-type']?.startsWith('application/json') !== true) return { code: undefined, message: '' };
  const { error } = JSON.parse(text) as { readonly error?: { readonly code?: string; readonly message?: string } };
  return { code: error?.code, message: error?.message ?? '' };
}
