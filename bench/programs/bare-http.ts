/**
 * A bare `node:http` that answers each address with bytes that it was given: what Longarm is held against.
 * Takes `{file}`, a JSON list of `{path, rawHeaders, text}`; answers `{port}`.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import Type from 'typebox';
import { Value } from 'typebox/value';
import { objectOf } from '../../src/client/json-fields.ts';

const answersSchema = Type.Array(
  Type.Object({ path: Type.String(), rawHeaders: Type.Array(Type.String()), text: Type.String() }),
);

/** Made anew by `node:http` for each answer, as for Longarm's. */
const itsOwn = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding']);

process.on('message', (message: unknown) => {
  const file = String(objectOf(message)['file']);
  const answers = new Map(
    Value.Parse(answersSchema, JSON.parse(readFileSync(file, 'utf8'))).map(({ path, rawHeaders, text }) => {
      const headers: string[] = [];
      for (let i = 0; i < rawHeaders.length; i += 2) {
        const [name = '', content = ''] = rawHeaders.slice(i, i + 2);
        if (!itsOwn.has(name.toLowerCase())) headers.push(name, content);
      }
      return [path, { headers, text }];
    }),
  );
  const server = createServer((request, response) => {
    const answer = answers.get(request.url ?? '');
    if (answer === undefined) response.writeHead(404).end();
    else response.writeHead(200, answer.headers).end(answer.text);
  });
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
  });
});
