import type { TSchema } from 'typebox';
import { oauthErrorSchema } from '../wire/oauth-error.ts';
import { tokenRequestSchema } from '../wire/oauth-token-request.ts';
import { tokenResponseSchema } from '../wire/oauth-token-response.ts';
import type { Operation, Parameter } from '../wire/operation.ts';

type Part = Pick<Operation, 'id' | 'path' | 'summary' | 'handle'>;

const open = { extension: false, apiVersioned: false, access: { type: 'public' } } as const;

/** An operation that anybody may call to get a token: a form in, a token or an OAuth error out. */
export function publicPost(part: Part): Operation {
  const refused = (description: string) => ({ description, schema: oauthErrorSchema });
  return {
    ...open,
    ...part,
    method: 'POST',
    parameters: [],
    body: { contentType: 'application/x-www-form-urlencoded', schema: tokenRequestSchema },
    responses: {
      200: { description: 'A token.', schema: tokenResponseSchema },
      400: refused('The request lacks something, or asks for what is not to be had.'),
      401: refused('The client is unknown, or its secret is wrong.'),
      429: { ...refused('Too many failed sign-ins.'), headers: { 'Retry-After': 'Seconds to wait.' } },
    },
  };
}

/** A document that anybody may read, and what is said about a tenant or authority that is not here. */
export function publicDocument(
  part: Part & { readonly schema: TSchema; readonly parameters?: readonly Parameter[] },
): Operation {
  const { schema, parameters = [], ...rest } = part;
  return {
    ...open,
    ...rest,
    method: 'GET',
    parameters,
    responses: {
      200: { description: 'The document.', schema },
      400: { description: 'There is no such tenant or authority here.', schema: oauthErrorSchema },
    },
  };
}
