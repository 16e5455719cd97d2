import type { Credential } from './credentials.ts';
import { exchange } from './exchange.ts';
import { unreachable } from './explain-unreachable.ts';
import type { KubernetesRequest } from './kubernetes-client.ts';
import { KubernetesError, Unreachable } from './kubernetes-error.ts';
import { type Line, serverOf } from './line.ts';
import { persist } from './persist.ts';
import { parseJson, readBody, readErrorBody } from './read-body.ts';
import { errorOfOther, errorOfStatus, isFailure, isStatus } from './status.ts';
import type { Answer } from './exchange.ts';
import { withinDeadline } from './within-deadline.ts';

const usualDeadlineMs = 30_000;

/** `KubernetesClient.request`. */
export async function requestJson(line: Line, request: KubernetesRequest, signal: AbortSignal): Promise<unknown> {
  return persist(line, { isRepeatable: request.method === 'GET', signal }, (credential) =>
    attempt(line, request, credential, signal),
  );
}

/** The error that an answer outside 2xx stands for. Reads, and so ends, its body. */
export async function errorOf(line: Line, { code, response }: Answer): Promise<KubernetesError> {
  const text = await readErrorBody(response);
  const body = parseJson(text);
  if (isStatus(body)) return errorOfStatus(body, code, response.headers);
  return errorOfOther(serverOf(line), code, response.headers, text);
}

async function attempt(
  line: Line,
  request: KubernetesRequest,
  credential: Credential,
  signal: AbortSignal,
): Promise<unknown> {
  const limitMs = request.deadlineMs ?? usualDeadlineMs;
  const late = (): Error =>
    new Unreachable(
      `The API server ${serverOf(line)} did not answer ${request.method} ${request.path} within ${limitMs / 1000} s. What became of it is not known.`,
    );
  return withinDeadline({ clock: line.clock, limitMs, late, signal }, async (limited) => {
    try {
      const agent = line.pool.short(credential);
      const answer = await exchange(line, request, credential, { agent, signal: limited });
      if (answer.code < 200 || answer.code > 299) throw await errorOf(line, answer);
      const body = bodyOf(await readBody(answer.response), answer, request);
      if (isFailure(body)) throw errorOfStatus(body, answer.code, answer.response.headers);
      return body;
    } catch (error) {
      limited.throwIfAborted();
      throw error instanceof KubernetesError ? error : unreachable(serverOf(line), error);
    }
  });
}

function bodyOf(text: string, { code, response }: Answer, { method, path }: KubernetesRequest): unknown {
  const body = text === '' ? undefined : parseJson(text);
  if (body !== undefined) return body;
  const type = response.headers['content-type'] ?? 'no type';
  throw new Error(
    `it answered ${method} ${path} with ${code} and a body that is not JSON (${type}): is it a Kubernetes API server, or does a proxy or a sign-in page answer in its place?`,
  );
}
