import { once } from 'node:events';
import { createServer } from 'node:http';

/** What a key server answers with at a path: JSON, or a status alone. */
export type Answer =
  | { readonly json: unknown }
  | { readonly status: number; readonly headers?: Record<string, string> };

/** A real HTTP server on loopback that plays an OpenID provider. */
export interface KeyServer extends AsyncDisposable {
  readonly url: string;
  /** Paths asked for, in order. */
  readonly asked: string[];
  /** What it answers; the test changes it as it likes. */
  readonly answers: Map<string, Answer>;
}

export async function openKeyServer(): Promise<KeyServer> {
  const asked: string[] = [];
  const answers = new Map<string, Answer>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const answer = answers.get(path) ?? { status: 404 };
    if ('json' in answer) response.setHeader('content-type', 'application/json').end(JSON.stringify(answer.json));
    else response.writeHead(answer.status, answer.headers).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The key server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    answers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
