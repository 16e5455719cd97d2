import Type from 'typebox';

/** A set of public keys, RFC 7517 §5. */
export const keySetSchema = Type.Object({
  keys: Type.Array(
    Type.Object({
      kty: Type.Literal('RSA'),
      use: Type.Literal('sig'),
      alg: Type.Literal('RS256'),
      kid: Type.String(),
      n: Type.String(),
      e: Type.String(),
    }),
  ),
});
