import Type, { type TSchema } from 'typebox';
import { oldestApiVersion } from './api-version.ts';
import { cloudErrorSchema } from './cloud-error.ts';
import { pathParameterSchema } from './openapi-path.ts';
import type { Operation, Parameter, ResponseDescription } from './operation.ts';

/** What stands at the head of the document. */
export interface OpenApiTitle {
  readonly title: string;
  readonly version: string;
  /** The public base of the server, without a trailing slash. */
  readonly serverUrl: string;
}

/** An OpenAPI 3.1 document: plain JSON, with the keys that every reader needs. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  /** By path, then by method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: object;
}

const methods = ['GET', 'PUT', 'POST', 'DELETE'] as const satisfies readonly Operation['method'][];

const cloudErrorResponse = {
  description: 'Error response describing why the operation failed.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/CloudError' } } },
};

/**
 * The OpenAPI 3.1 document of the operations. The same operations give the same bytes, in whatever order they come:
 * paths are sorted, methods and keys stand in one order. Every operation answers errors with `CloudError`.
 * Source: OpenAPI Specification 3.1.0.
 */
export function toOpenApi(
  operations: readonly Operation[],
  { title, version, serverUrl }: OpenApiTitle,
): OpenApiDocument {
  const paths = [...new Set(operations.map(({ path }) => path))].toSorted();
  return {
    openapi: '3.1.0',
    info: { title, version },
    servers: [{ url: serverUrl }],
    paths: Object.fromEntries(paths.map((path) => [path, toPathItem(operations.filter((each) => each.path === path))])),
    components: {
      schemas: { CloudError: plain(cloudErrorSchema) },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function toPathItem(operations: readonly Operation[]): Record<string, object> {
  const inOrder = methods.flatMap((method) => operations.filter((operation) => operation.method === method));
  return Object.fromEntries(inOrder.map((operation) => [operation.method.toLowerCase(), toOperation(operation)]));
}

function toOperation(operation: Operation): object {
  const { id, summary, path, body, responses } = operation;
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: pathParameterSchema(name),
  }));
  const others = [
    ...(operation.apiVersioned ? [apiVersionParameter(operation.oldestApiVersion)] : []),
    ...operation.parameters,
  ];
  return {
    operationId: id,
    summary,
    ...(operation.extension ? { 'x-longarm-extension': true } : {}),
    ...(operation.access.type === 'granted' ? { 'x-longarm-action': operation.access.action } : {}),
    security: operation.access.type === 'public' ? [] : [{ bearer: [] }],
    parameters: [...inPath, ...others.map(toParameter)],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { [body.contentType]: { schema: plain(body.schema) } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(responses).map(([status, response]) => [status, toResponse(response)])),
      default: cloudErrorResponse,
    },
  };
}

function apiVersionParameter(oldest: string = oldestApiVersion): Parameter {
  return {
    name: 'api-version',
    in: 'query',
    description: `A date from ${oldest} on, with or without \`-preview\`.`,
    required: true,
    schema: Type.String({ minLength: 1 }),
  };
}

function toParameter({ name, in: where, description, required, schema }: Parameter): object {
  return { name, in: where, description, required: required ?? false, schema: plain(schema) };
}

function toResponse({ description, schema, contentType, headers }: ResponseDescription): object {
  const media = schema === undefined ? {} : { schema: plain(schema) };
  const hasContent = schema !== undefined || contentType !== undefined;
  return {
    description,
    ...(headers === undefined ? {} : { headers: toHeaders(headers) }),
    ...(hasContent ? { content: { [contentType ?? 'application/json']: media } } : {}),
  };
}

function toHeaders(headers: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

/** The schema as JSON would carry it, without what TypeBox hangs on it for itself. */
function plain(schema: TSchema): unknown {
  return JSON.parse(JSON.stringify(schema));
}
