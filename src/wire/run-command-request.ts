import Type, { type Static } from 'typebox';

/** What Longarm adds to the vendor's request. */
export const runCommandOptionsSchema = Type.Object(
  {
    timeoutSeconds: Type.Optional(
      Type.Integer({ minimum: 1, description: 'How long the command may run. At most the cluster’s own limit.' }),
    ),
    graceSeconds: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 3600, description: 'Between TERM and KILL when the command is stopped.' }),
    ),
    strict: Type.Optional(
      Type.Boolean({ description: 'Show a non-zero exit as `Failed`, for clients that look at nothing else.' }),
    ),
  },
  { additionalProperties: false },
);

/** The body of *Managed Clusters: Run Command*, with our one key beside the vendor's three. */
export const runCommandRequestSchema = Type.Object({
  command: Type.String({ minLength: 1, description: 'The command to run.' }),
  context: Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description: 'A base64 encoded zip file containing the files required by the command.',
    }),
  ),
  clusterToken: Type.Optional(
    Type.Union([Type.String(), Type.Null()], { description: 'AuthToken issued for AKS AAD Server App.' }),
  ),
  longarm: Type.Optional(runCommandOptionsSchema),
});

/** A request to run a command, as it stands on the wire. */
export type RunCommandRequest = Static<typeof runCommandRequestSchema>;
