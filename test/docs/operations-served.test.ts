import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import Type from 'typebox';
import { Value } from 'typebox/value';
import { startServer } from '../clients/started-server.ts';
import { checkout } from './documents.ts';

const openApi = Type.Object({
  paths: Type.Record(Type.String(), Type.Record(Type.String(), Type.Object({ operationId: Type.String() }))),
});

test('docs/arm-compatibility.md lists the operations that a server has, all of them and no other', async () => {
  const server = await startServer();
  try {
    const { endpoint, caFile } = server.connection;
    const token = (await server.run('token')).trim();
    const answer = await new Promise<string>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      const sent = request(new URL('/openapi.json', endpoint), { ca: readFileSync(caFile), headers, agent: false });
      sent.on('response', (response) => resolve(text(response))).on('error', reject);
      sent.end();
    });
    const { paths } = Value.Parse(openApi, JSON.parse(answer));
    const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    // Role operations are there four times, once for each kind of scope.
    const served = new Set(ids.map((id) => id.replace(/_(?:AtRoot|For\w+)$/, '_*')));
    const document = readFileSync(join(checkout, 'docs/arm-compatibility.md'), 'utf8');
    const table = document.split('\n## What is served\n')[1]?.split('\n### ')[0] ?? '';
    const listed = Array.from(table.matchAll(/`([A-Z]\w+_[\w*]+)`/g), ([, id = '']) => id);
    assert.deepEqual(listed.toSorted(), [...served].toSorted());
  } finally {
    await server.stop();
  }
});
