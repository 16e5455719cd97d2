import { Agent as HttpAgent, type RequestOptions, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** An answer, read whole. */
export interface Answer {
  readonly status: number;
  /** The header lines as they came: name, value, name, value. */
  readonly rawHeaders: readonly string[];
  readonly location: string | undefined;
  readonly text: string;
}

/** Calls over connections that are kept. */
export interface Caller {
  /**
   * @param clientRequestId as SDKs send it: by it a request that is sent twice is known again.
   * @throws {Error} for an answer of 400 or more, or when none comes.
   */
  call(method: string, path: string, body?: object, clientRequestId?: string): Promise<Answer>;
  close(): void;
}

/** A caller of one server, with a token, on at most so many connections. */
export function createCaller(base: URL, token: string, connections: number, ca?: string): Caller {
  const pool = { keepAlive: true, maxSockets: connections };
  const secure = base.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ ...pool, ...(ca === undefined ? {} : { ca }) }) : new HttpAgent(pool);
  const send = secure ? httpsRequest : httpRequest;
  return {
    call: (method, path, body, clientRequestId) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? undefined : JSON.stringify(body);
        const headers = {
          authorization: `Bearer ${token}`,
          ...(clientRequestId === undefined ? {} : { 'x-ms-client-request-id': clientRequestId }),
          ...(text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
        };
        const options: RequestOptions = { host: base.hostname, port: base.port, method, path, headers, agent };
        const outgoing = send(options, (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const status = incoming.statusCode ?? 0;
            const answer = Buffer.concat(chunks).toString();
            const { rawHeaders } = incoming;
            if (status >= 400) reject(new Error(`${method} ${path} was answered ${status}: ${answer.slice(0, 500)}`));
            else resolve({ status, rawHeaders, location: incoming.headers.location, text: answer });
          });
        });
        outgoing.on('error', reject);
        outgoing.end(text);
      }),
    close: () => agent.destroy(),
  };
}
