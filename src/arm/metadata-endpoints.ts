import type { Operation } from '../wire/operation.ts';
import { toMetadataEndpoints } from '../wire/metadata-endpoints.ts';
import type { ArmParts } from './arm-parts.ts';

/** What `az cloud register` and the Terraform providers ask for first: where to sign in, and for which audience. */
export function metadataEndpointsOperation(parts: ArmParts): Operation {
  return {
    id: 'Metadata_Endpoints',
    method: 'GET',
    path: '/metadata/endpoints',
    summary: 'Describes this server as an Azure cloud.',
    extension: false,
    apiVersioned: true,
    oldestApiVersion: '2015-01-01',
    access: { type: 'public' },
    parameters: [],
    responses: { 200: { description: 'OK' } },
    handle: async (request) => {
      const value = toMetadataEndpoints(request.query['api-version'], {
        baseUrl: request.baseUrl,
        name: 'Longarm',
        audiences: ['https://management.core.windows.net/', 'https://management.azure.com/'],
        tenantId: parts.tenantId,
      });
      return { status: 200, body: { type: 'json', value } };
    },
  };
}
