import { LongarmError } from '../core/error-code.ts';
import type { Operation } from '../wire/operation.ts';

/** The error for a request that no operation matches: another method's path, or nobody's. */
export function unmatched(operations: readonly Operation[], method: string, url: string): LongarmError {
  const path = (url.split('?')[0] ?? '').replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');
  const allowed = operations.filter((operation) => templatePattern(operation.path).test(path));
  if (allowed.length > 0) {
    const methods = [...new Set(allowed.map((operation) => operation.method))].join(', ');
    return new LongarmError(
      'MethodNotAllowed',
      `The requested resource does not support http method '${method}'. It supports ${methods}.`,
    );
  }
  return new LongarmError(
    'InvalidResourceType',
    'The path names no resource or operation of this server. /openapi.json lists those there are.',
  );
}

function templatePattern(template: string): RegExp {
  const pattern = template
    .split(/\{[^}]+\}/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('[^/]+');
  return new RegExp(`^${pattern}$`, 'i');
}
