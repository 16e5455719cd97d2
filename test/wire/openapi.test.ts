import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Type from 'typebox';
import { rootScope } from '../../src/core/scope.ts';
import { toOpenApi } from '../../src/wire/openapi.ts';
import type { Operation } from '../../src/wire/operation.ts';
import { runCommandRequestSchema } from '../../src/wire/run-command-request.ts';

const title = { title: 'Longarm', version: '1.2.3', serverUrl: 'https://host:8443' };
const cluster =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ContainerService/managedClusters/{resourceName}';

function operation(otherwise: Partial<Operation>): Operation {
  return {
    id: 'Things_Get',
    method: 'GET',
    path: '/things/{thing}',
    summary: 'Gets a thing.',
    extension: false,
    apiVersioned: false,
    access: { type: 'signedIn' },
    parameters: [],
    responses: { 200: { description: 'The thing.', schema: Type.Object({ name: Type.Optional(Type.String()) }) } },
    handle: () => Promise.reject(new Error('a document calls nothing')),
    ...otherwise,
  };
}

const runCommand = operation({
  id: 'ManagedClusters_RunCommand',
  method: 'POST',
  path: `${cluster}/runCommand`,
  apiVersioned: true,
  access: {
    type: 'granted',
    action: 'Microsoft.ContainerService/managedClusters/runcommand/action',
    scope: () => rootScope,
  },
  parameters: [{ name: 'Prefer', in: 'header', description: 'wait=N', schema: Type.String() }],
  body: { contentType: 'application/json', schema: runCommandRequestSchema },
  responses: { 202: { description: 'Accepted', headers: { Location: 'Where the result will be.' } } },
});

describe('toOpenApi()', () => {
  test('an operation is described whole', () => {
    const document = toOpenApi([runCommand], title);
    assert.equal(document.openapi, '3.1.0');
    assert.deepEqual(document.servers, [{ url: 'https://host:8443' }]);
    assert.deepEqual(document.paths[`${cluster}/runCommand`]?.['post'], {
      operationId: 'ManagedClusters_RunCommand',
      summary: 'Gets a thing.',
      'x-longarm-action': 'Microsoft.ContainerService/managedClusters/runcommand/action',
      security: [{ bearer: [] }],
      parameters: [
        {
          name: 'subscriptionId',
          in: 'path',
          required: true,
          schema: { type: 'string', format: 'uuid', description: 'The subscription.' },
        },
        {
          name: 'resourceGroupName',
          in: 'path',
          required: true,
          schema: {
            type: 'string',
            minLength: 1,
            maxLength: 90,
            description: 'The resource group; its case does not count.',
          },
        },
        {
          name: 'resourceName',
          in: 'path',
          required: true,
          schema: {
            type: 'string',
            minLength: 1,
            maxLength: 63,
            pattern: '^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$',
            description: 'The managed cluster.',
          },
        },
        {
          name: 'api-version',
          in: 'query',
          description: 'A date from 2021-03-01 on, with or without `-preview`.',
          required: true,
          schema: { type: 'string', minLength: 1 },
        },
        { name: 'Prefer', in: 'header', description: 'wait=N', required: false, schema: { type: 'string' } },
      ],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: JSON.parse(JSON.stringify(runCommandRequestSchema)) as unknown } },
      },
      responses: {
        202: {
          description: 'Accepted',
          headers: { Location: { description: 'Where the result will be.', schema: { type: 'string' } } },
        },
        default: {
          description: 'Error response describing why the operation failed.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/CloudError' } } },
        },
      },
    });
  });

  test('what is public needs no token, and what is ours is marked', () => {
    const document = toOpenApi([operation({ access: { type: 'public' }, extension: true })], title);
    assert.partialDeepStrictEqual(document.paths['/things/{thing}']?.['get'], {
      security: [],
      'x-longarm-extension': true,
    });
  });

  test('an operation with an oldest api-version of its own tells it', () => {
    const older = operation({ apiVersioned: true, oldestApiVersion: '2015-07-01' });
    assert.match(JSON.stringify(toOpenApi([older], title).paths), /A date from 2015-07-01 on/);
  });

  test('raw bytes are described by their content type alone', () => {
    const responses = { 200: { description: 'Output.', contentType: 'application/octet-stream' } };
    assert.partialDeepStrictEqual(toOpenApi([operation({ responses })], title).paths['/things/{thing}']?.['get'], {
      responses: { 200: { description: 'Output.', content: { 'application/octet-stream': {} } } },
    });
  });

  test('the order of the operations changes no byte of the document', () => {
    const others = [
      runCommand,
      operation({}),
      operation({ method: 'PUT', id: 'Things_Put' }),
      operation({ method: 'DELETE', id: 'Things_Delete' }),
      operation({ path: '/a', id: 'A_Get' }),
    ];
    const written = JSON.stringify(toOpenApi(others, title));
    assert.equal(JSON.stringify(toOpenApi(others.toReversed(), title)), written);
  });

  test('every reference in it is defined', () => {
    const document = toOpenApi([runCommand], title);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    assert.ok(references.length > 0);
    for (const [, name = ''] of references)
      assert.partialDeepStrictEqual(document.components, { schemas: { [name]: {} } });
  });
});
