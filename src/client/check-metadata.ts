import { ArmError } from './arm-error.ts';
import { endpointUrl } from './endpoint-url.ts';
import { objectOf, textOf } from './json-fields.ts';
import { sendForJson } from './send.ts';
import type { CallOptions, Session } from './session.ts';

/** The form of the answer that `az` 2.91 asks for: one object, and not a list. */
const apiVersion = '2022-09-01';

/**
 * Sees that the endpoint describes itself as an Azure cloud, which is what `az cloud register` asks for first.
 * @throws {ArmError} `InvalidAnswer` where what answers is something else; why there was no answer otherwise.
 */
export async function checkMetadata(session: Session, options: CallOptions = {}): Promise<void> {
  const { body } = await sendForJson(session, {
    method: 'GET',
    url: endpointUrl(session.endpoint, '/metadata/endpoints', { 'api-version': apiVersion }),
    credential: undefined,
    repeatable: true,
    patienceMs: session.requestPatienceMs,
    signal: options.signal,
  });
  if (textOf(objectOf(body), 'resourceManager') !== undefined) return;
  throw new ArmError(
    `What answers at ${session.endpoint} does not describe itself as an Azure cloud. Is it the right endpoint?`,
    { code: 'InvalidAnswer' },
  );
}
