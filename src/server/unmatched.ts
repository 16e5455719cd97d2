import { LongarmError } from '../core/error-code.ts';
import type { Operation } from '../wire/operation.ts';

/** Why nothing matches a request: another method's path, or nobody's. */
export interface Unmatched {
  readonly error: LongarmError;
  /** The methods that the path does take, for the header `Allow` (RFC 9110 §15.5.6). */
  readonly allow: readonly string[];
}

/** Says what is wrong with a request that no operation matches. */
export function unmatched(operations: readonly Operation[], method: string, url: string): Unmatched {
  const path = (url.split('?')[0] ?? '').replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');
  const allowed = operations.filter((operation) => templatePattern(operation.path).test(path));
  const allow = [...new Set(allowed.map((operation) => operation.method))];
  if (allow.length > 0) {
    const message = `The requested resource does not support http method '${method}'. It supports ${allow.join(', ')}.`;
    return { error: new LongarmError('MethodNotAllowed', message), allow };
  }
  const message = 'The path names no resource or operation of this server. /openapi.json lists those there are.';
  return { error: new LongarmError('InvalidResourceType', message), allow };
}

function templatePattern(template: string): RegExp {
  const pattern = template
    .split(/\{[^}]+\}/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('[^/]+');
  return new RegExp(`^${pattern}$`, 'i');
}
