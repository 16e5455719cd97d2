import Type, { type Static, type TSchema } from 'typebox';

const positive = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }));

/** Limits that a cluster sets in place of the server's. Times in seconds, sizes in bytes. */
export const clusterLimitsSchema = Type.Object(
  {
    queueSeconds: positive('How long a command may wait.'),
    startSeconds: positive('How long a command may take to start.'),
    runSeconds: positive('How long a command may run.'),
    graceSeconds: positive('Between TERM and KILL.'),
    concurrent: positive('How many commands run at once.'),
    waiting: positive('How many commands may wait.'),
    waitingBytes: positive('How many bytes the commands that wait may take, with their packed files.'),
    outputBytes: positive('The largest stored output.'),
    inlineLogsBytes: positive('The largest `logs` in a result.'),
    retentionSeconds: positive('How long finished commands are kept.'),
  },
  { additionalProperties: false },
);

const ofAnyCluster = {
  executor: Type.Optional(Type.Union([Type.Literal('process'), Type.Literal('scripted'), Type.Literal('kubernetes')])),
  shell: Type.Optional(Type.Union([Type.Literal('sh'), Type.Literal('bash')])),
  strict: Type.Optional(Type.Boolean()),
  limits: Type.Optional(clusterLimitsSchema),
};

/** What a cluster with the executor `kubernetes` may set. */
const settings = {
  namespace: Type.String({ minLength: 1, description: 'The namespace of the pods.' }),
  image: Type.String({
    minLength: 1,
    maxLength: 1024,
    pattern: String.raw`^[^\s\p{C}]+$`,
    description: 'The image that commands run in.',
  }),
  serviceAccount: Type.String({
    minLength: 1,
    description: 'What commands run as whose role assignment names no service account.',
  }),
  podTemplate: Type.Record(Type.String(), Type.Unknown(), {
    description: 'A merge patch for the pod: `metadata` and `spec`, lists keyed by name.',
  }),
};

/** What Longarm shows of a cluster beyond the vendor's fields. It never shows a kubeconfig. */
const clusterExtensionSchema = Type.Object(
  {
    ...ofAnyCluster,
    namespace: Type.Optional(settings.namespace),
    image: Type.Optional(settings.image),
    serviceAccount: Type.Optional(settings.serviceAccount),
    podTemplate: Type.Optional(settings.podTemplate),
  },
  { additionalProperties: false },
);

const orNull = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

/** What may be said of a cluster beyond the vendor's fields. `null` takes a setting away. */
const clusterExtensionBodySchema = Type.Object(
  {
    ...ofAnyCluster,
    namespace: orNull(settings.namespace),
    image: orNull(settings.image),
    serviceAccount: orNull(settings.serviceAccount),
    podTemplate: orNull(settings.podTemplate),
    kubeconfig: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256 * 1024,
        description: 'The cluster’s kubeconfig, all of it inline. It is kept sealed and never shown.',
      }),
    ),
  },
  { additionalProperties: false },
);

const location = Type.String({ maxLength: 128, pattern: String.raw`^\P{C}*$` });

// ARM's own limits: azure-resource-manager-rpc, `v1.0/resource-api-reference.md`, *tags*. Each is kept in every listing.
const tags = Type.Record(Type.String(), Type.String({ maxLength: 256 }), {
  maxProperties: 50,
  propertyNames: { maxLength: 512 },
});

/** The body of *Managed Clusters: Create Or Update*, as far as Longarm reads it. What it does not know it ignores. */
export const managedClusterBodySchema = Type.Object({
  location: Type.Optional(location),
  tags: Type.Optional(tags),
  properties: Type.Optional(
    Type.Object({
      apiServerAccessProfile: Type.Optional(Type.Object({ disableRunCommand: Type.Optional(Type.Boolean()) })),
      longarm: Type.Optional(clusterExtensionBodySchema),
    }),
  ),
});

/** A managed cluster as ARM shows it. It has no `aadProfile`: with one, stock clients fetch a second token. */
export const managedClusterSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  type: Type.String(),
  location: Type.String(),
  tags: Type.Optional(Type.Record(Type.String(), Type.String())),
  properties: Type.Object({
    provisioningState: Type.String(),
    apiServerAccessProfile: Type.Object({ disableRunCommand: Type.Boolean() }),
    longarm: Type.Optional(clusterExtensionSchema),
  }),
});

/** The body that creates or changes a cluster. */
export type ManagedClusterBody = Static<typeof managedClusterBodySchema>;

/** A managed cluster as ARM shows it. */
export type ManagedCluster = Static<typeof managedClusterSchema>;
