import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { LongarmError } from '../core/error-code.ts';
import { StoreUnavailable } from '../ports/store.ts';
import { toCloudError } from '../wire/cloud-error.ts';
import { quote } from '../wire/quote.ts';
import { bodyTooLarge } from './read-body.ts';
import { contextOf } from './request-context.ts';
import type { ServerParts } from './server-parts.ts';
import type { SignInLog } from './sign-in-log.ts';

/** The longest part of a path that is looked at, in characters. */
export const longestParameter = 4096;

/** Answers whatever was thrown on the way of a request, and logs what is our own fault with its cause. */
export function answerError(
  parts: ServerParts,
  signIns: SignInLog,
  thrown: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { requestId, correlationId, operationId } = contextOf(request);
  const error = toLongarmError(thrown, request);
  const { status, headers, body } = toCloudError(error);
  if (status >= 500) {
    const facts = { requestId, correlationId, operationId, error: thrown };
    parts.log.error(facts, 'a request failed through no fault of its own');
  }
  if (error instanceof LongarmError && status === 401) {
    parts.metrics.authenticationFailed();
    signIns.refused({ code: error.code, remoteAddress: request.ip });
    void reply.header('www-authenticate', parts.challenge(error));
  }
  return reply
    .code(status)
    .headers(headers)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(body));
}

/** What a known error of the framework or the store means to a client; any other stays what it is. */
function toLongarmError(thrown: FastifyError | Error, request: FastifyRequest): Error {
  if (thrown instanceof LongarmError) return thrown;
  if (thrown instanceof StoreUnavailable) {
    const message = 'The server cannot write at the moment; nothing was done. Try again.';
    return new LongarmError('ServiceUnavailable', message, { retryAfterSeconds: 5, cause: thrown });
  }
  if (request.raw.destroyed && !request.raw.complete) {
    const message = 'The connection broke off before the whole body was there. Nothing was done; send it again.';
    return new LongarmError('InvalidRequestContent', message, { cause: thrown });
  }
  const code = 'code' in thrown ? thrown.code : undefined;
  switch (code) {
    case 'FST_ERR_VALIDATION':
      return invalidBody(thrown as FastifyError);
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return bodyTooLarge(sizeOf(request), request.routeOptions.bodyLimit);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new LongarmError('UnsupportedMediaType', 'The body is of a type that this operation does not take.');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new LongarmError('InvalidRequestContent', 'The request has no body.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new LongarmError('InvalidRequestContent', 'The body has not the length that Content-Length says.');
    case 'FST_ERR_BAD_URL':
      return new LongarmError(
        'InvalidResourceType',
        'The path is not validly percent-encoded. Encode its names in UTF-8.',
      );
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new LongarmError('InvalidParameter', `A part of the path is longer than ${longestParameter} characters.`);
    case undefined:
    default:
      return thrown;
  }
}

/** How large a body is that is too large: as it says, or else only that it is larger. */
function sizeOf({ headers, routeOptions }: FastifyRequest): string {
  const said = headers['content-length'];
  return said === undefined ? `more than ${routeOptions.bodyLimit} bytes` : `${said} bytes`;
}

function invalidBody({ validation: problems = [] }: FastifyError): LongarmError {
  const missing = problems[0]?.params['missingProperty'];
  const path = (problems[0]?.instancePath ?? '').slice(1).replaceAll('/', '.');
  const target = [path, typeof missing === 'string' ? missing : ''].filter((part) => part !== '').join('.');
  return new LongarmError(
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: '${target === '' ? 'body' : target} ${whatIsWrong(problems)}'.`,
    target === '' ? {} : { target },
  );
}

/** In words that name what is missing, what is not known, or what may stand there. */
function whatIsWrong(problems: NonNullable<FastifyError['validation']>): string {
  const [first] = problems;
  if (first === undefined) return 'is not valid';
  if (first.params['missingProperty'] !== undefined) return 'is required';
  const unknown = first.params['additionalProperty'];
  if (typeof unknown === 'string') return `must not have ${quote(unknown)}`;
  // A choice of words is told as one problem for each word that it is not.
  const words = problems
    .filter(({ instancePath }) => instancePath === first.instancePath)
    .flatMap(({ params }) => (typeof params['allowedValue'] === 'string' ? [params['allowedValue']] : []));
  return words.length > 0 ? `must be ${words.join(' or ')}` : (first.message ?? 'is not valid');
}
