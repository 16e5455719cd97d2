import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { parseClusterName, parseResourceGroupName, parseSubscriptionId } from '../../src/core/resource-id.ts';
import type { ClusterAddress } from '../../src/core/resource-id.ts';
import type { ClientClock } from '../../src/client/client-clock.ts';

/** A request as it arrived, its body read. */
export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request, by the rules of HTTP or against them. */
export type Handler = (seen: SeenRequest, response: ServerResponse) => void | Promise<void>;

/** An ARM endpoint on a real loopback socket whose every answer the test decides, faults included. */
export class FakeArm {
  readonly seen: SeenRequest[] = [];
  readonly #routes: { method: string; path: RegExp; handler: Handler }[] = [];
  #server: Server | undefined;
  #port = 0;

  /** Starts one, and stops it with the test. */
  static async start(t: TestContext): Promise<FakeArm> {
    const fake = new FakeArm();
    await fake.listen();
    t.after(() => fake.stop());
    return fake;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Answers a method and path; routes added later come first. */
  on(method: string, path: RegExp, handler: Handler): this {
    this.#routes.unshift({ method, path, handler });
    return this;
  }

  /** The requests whose path matches. */
  requests(path: RegExp, method?: string): readonly SeenRequest[] {
    return this.seen.filter(({ url, method: m }) => path.test(url.pathname) && (method === undefined || m === method));
  }

  /** Listens, after `stop` on the same port as before. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Stops as a killed server does: every connection is cut. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.endpoint);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const method = request.method ?? '';
    const seen = { method, url, headers: request.headers, body: Buffer.concat(chunks).toString() };
    this.seen.push(seen);
    const route = this.#routes.find((each) => each.method === method && each.path.test(url.pathname));
    if (route === undefined) {
      sendJson(response, 404, { error: { code: 'InvalidResourceType', message: `Nothing at ${url.pathname}.` } });
      return;
    }
    await route.handler(seen, response);
  }
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(value === undefined ? '' : JSON.stringify(value));
}

/** A clock whose sleeps are over at once, and count. */
export function fastClock(): ClientClock & {
  readonly sleptMs: readonly number[];
  /** Lets time pass without anybody sleeping. */
  advance(durationMs: number): void;
} {
  const sleptMs: number[] = [];
  let elapsedMs = 0;
  return {
    sleptMs,
    advance: (durationMs) => {
      elapsedMs += durationMs;
    },
    monotonicMs: () => elapsedMs,
    sleep: async (durationMs, signal) => {
      signal?.throwIfAborted();
      sleptMs.push(durationMs);
      elapsedMs += durationMs;
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      signal?.throwIfAborted();
    },
  };
}

/** The cluster that the tests speak of. */
export const cluster: ClusterAddress = (() => {
  const subscriptionId = parseSubscriptionId('11111111-2222-3333-4444-555555555555');
  const resourceGroup = parseResourceGroupName('quickstart');
  const name = parseClusterName('local');
  if (subscriptionId === undefined || resourceGroup === undefined || name === undefined) throw new Error('wrong name');
  return { subscriptionId, resourceGroup, name };
})();

/** The id of the command that the tests speak of. */
export const commandId = '0e9872e6629349dc865e27ee6f8bab2d';
