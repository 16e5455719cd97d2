import type { Operation } from '../wire/operation.ts';
import { toOpenApi } from '../wire/openapi.ts';

/** The OpenAPI document of everything that is bound, itself included. */
export function openApiOperation(operations: readonly Operation[], version: string): Operation {
  const operation: Operation = {
    id: 'Longarm_OpenApi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'Gets the OpenAPI document of this server.',
    extension: true,
    apiVersioned: false,
    access: { type: 'signedIn' },
    parameters: [],
    responses: { 200: { description: 'An OpenAPI 3.1 document.' } },
    handle: async ({ baseUrl }) => {
      const value = toOpenApi([...operations, operation], { title: 'Longarm', version, serverUrl: baseUrl });
      return { status: 200, body: { type: 'json', value } };
    },
  };
  return operation;
}
