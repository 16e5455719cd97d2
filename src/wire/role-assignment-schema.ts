import Type, { type Static } from 'typebox';

/** Whose principal it is, where it is not one of this server's own clients, and what its commands run as. */
const roleAssignmentExtensionSchema = Type.Object(
  {
    issuer: Type.Optional(Type.String({ minLength: 1, description: 'The issuer (`iss`) of the principal’s tokens.' })),
    serviceAccount: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'The service account that commands run as which this assignment grants, where they run in pods.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** The body of *Role Assignments: Create*, as far as Longarm reads it. */
export const roleAssignmentBodySchema = Type.Object({
  properties: Type.Object({
    roleDefinitionId: Type.String({ minLength: 1, description: 'The role definition’s id, or its GUID alone.' }),
    principalId: Type.String({
      minLength: 1,
      description: 'The principal’s `oid`, or its `sub` where it has no `oid`.',
    }),
    principalType: Type.Optional(Type.String({ description: 'Accepted and not used.' })),
    condition: Type.Optional(
      Type.Union([Type.String(), Type.Null()], { description: 'Not supported: anything but nothing is refused.' }),
    ),
    longarm: Type.Optional(roleAssignmentExtensionSchema),
  }),
});

/** A role assignment as ARM shows it. */
export const roleAssignmentSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  type: Type.String(),
  properties: Type.Object({
    roleDefinitionId: Type.String(),
    principalId: Type.String(),
    scope: Type.String(),
    createdOn: Type.String({ format: 'date-time' }),
    longarm: Type.Optional(roleAssignmentExtensionSchema),
  }),
});

/** The body that makes a role assignment. */
export type RoleAssignmentBody = Static<typeof roleAssignmentBodySchema>;

/** A role assignment as ARM shows it. */
export type ArmRoleAssignment = Static<typeof roleAssignmentSchema>;
