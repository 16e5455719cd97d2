import Type, { type Static } from 'typebox';

const dateTime = (description: string) => Type.String({ format: 'date-time', description });

/** What Longarm tells of a command beyond the vendor's fields. */
export const commandExtensionSchema = Type.Object({
  phase: Type.String({ description: 'accepted, claimed, launching, running, completed, failed or cancelled.' }),
  cause: Type.Optional(
    Type.Object({
      reason: Type.String({ description: 'One word that programs may compare: ours, or the platform’s.' }),
      message: Type.String(),
    }),
  ),
  /** In the queue: how many commands of the cluster are before this one. */
  queuePosition: Type.Optional(Type.Integer({ minimum: 0 })),
  totalBytes: Type.Integer({ minimum: 0, description: 'How much the command wrote, as far as is known.' }),
  storedBytes: Type.Integer({ minimum: 0, description: 'How much of it is stored.' }),
  truncated: Type.Boolean({ description: 'Whether `logs` shows less than what is stored.' }),
  sha256: Type.Optional(Type.String({ description: 'Of the stored bytes, in hex, once they are final.' })),
  complete: Type.Optional(Type.Boolean({ description: 'Whether the stored bytes are proven to be all of them.' })),
  replacedBytes: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Bytes of `logs` that were not UTF-8 and are shown as U+FFFD.' }),
  ),
  strict: Type.Boolean(),
  serviceAccount: Type.Optional(
    Type.String({ description: 'What it runs as, in a cluster that runs commands in pods.' }),
  ),
  submittedBy: Type.Object({ issuer: Type.String(), id: Type.String(), name: Type.String() }),
  events: Type.Optional(
    Type.Array(
      Type.Object({
        at: dateTime('When it was last noted.'),
        reason: Type.String(),
        message: Type.String(),
        count: Type.Integer({ description: 'How often it was noted.' }),
      }),
      { description: 'What the platform noted while it did not start, or about its end: at most 20.' },
    ),
  ),
  times: Type.Object({
    submittedAt: dateTime('When the request was accepted.'),
    launchedAt: Type.Optional(dateTime('When a worker began to start it.')),
    startedAt: Type.Optional(dateTime('When the supervisor recorded the start.')),
    stopRequestedAt: Type.Optional(dateTime('When it was first told to stop.')),
    finishedAt: Type.Optional(dateTime('When it ended.')),
  }),
});

/** The fields of `properties`, in the vendor's order, then ours. */
const commandResultPropertiesSchema = Type.Object({
  provisioningState: Type.String(),
  exitCode: Type.Optional(Type.Integer()),
  startedAt: Type.Optional(dateTime('The time when the command started.')),
  finishedAt: Type.Optional(dateTime('The time when the command finished.')),
  logs: Type.Optional(Type.String({ description: 'The command output.' })),
  reason: Type.Optional(
    Type.String({ description: 'An explanation of why provisioningState is set to failed (if so).' }),
  ),
  longarm: Type.Optional(commandExtensionSchema),
});

/** The body of *Get Command Result*, finished or not. */
export const commandResultSchema = Type.Object({
  id: Type.String({ description: 'The command id.' }),
  properties: commandResultPropertiesSchema,
  error: Type.Optional(
    Type.Object(
      { code: Type.String(), message: Type.String() },
      { description: 'Beside a Failed or Canceled result, so that newer `az` prints the reason.' },
    ),
  ),
});

/** A page of commands. */
export const commandResultListSchema = Type.Object({
  value: Type.Array(commandResultSchema),
  nextLink: Type.Optional(Type.String()),
});

/** The body of *Get Command Result*. */
export type CommandResult = Static<typeof commandResultSchema>;

/** What Longarm adds under `properties.longarm`. */
export type CommandExtension = Static<typeof commandExtensionSchema>;

/** A page of commands; `nextLink` is absolute, and absent on the last page. */
export type CommandResultList = Static<typeof commandResultListSchema>;
