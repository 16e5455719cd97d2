import { LongarmError } from '../core/error-code.ts';
import { isLabel, isSubdomain, labelRule, subdomainRule } from '../core/kubernetes-name.ts';
import { quote } from './quote.ts';

/**
 * The name of a service account, as a request gives it.
 * @throws {LongarmError} InvalidParameter with this target.
 */
export function parseServiceAccount(name: string, target: string): string {
  if (isSubdomain(name)) return name;
  throw refuse(`${target} is ${quote(name)}, which names no service account. Names have ${subdomainRule}.`, target);
}

/**
 * The name of a namespace, as a request gives it.
 * @throws {LongarmError} InvalidParameter with this target.
 */
export function parseNamespace(name: string, target: string): string {
  if (isLabel(name)) return name;
  throw refuse(`${target} is ${quote(name)}, which names no namespace. Names have ${labelRule}.`, target);
}

function refuse(message: string, target: string): LongarmError {
  return new LongarmError('InvalidParameter', message, { target });
}
