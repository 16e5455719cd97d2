import { grantsOf, type RoleAssignment } from './access.ts';
import type { Principal } from './principal.ts';
import { roleById } from './role.ts';
import type { Scope } from './scope.ts';

/** What commands run as where neither a role assignment nor the cluster names an account: it may look, and no more. */
export const defaultServiceAccount = 'view';

/** Who asks for a command, where, and as what. */
export interface AccountQuestion {
  readonly principal: Principal;
  /** May be anybody's: those of others are passed over. */
  readonly assignments: readonly RoleAssignment[];
  /** The cluster's. */
  readonly scope: Scope;
  /** What the cluster's settings name. */
  readonly ofCluster: string | undefined;
  /** What the request names. */
  readonly asked: string | undefined;
}

/** What a command runs as. `choices` are the accounts that may be asked for. */
export type AccountAnswer =
  | { readonly type: 'chosen'; readonly serviceAccount: string }
  /** The assignments leave it open, and the request does not say. */
  | { readonly type: 'open'; readonly choices: readonly string[] }
  | { readonly type: 'notAllowed'; readonly choices: readonly string[] };

/**
 * Decides which service account a command runs as (docs/security.md, "What a command runs as"). The assignments that
 * grant running commands name it; one that names none stands for the cluster's own. Where that leaves a choice the
 * request makes it. An administrator may ask for any: who may grant roles could grant themselves the account.
 */
export function chooseServiceAccount(question: AccountQuestion): AccountAnswer {
  const { principal, assignments, scope, ofCluster, asked } = question;
  const action = 'Microsoft.ContainerService/managedClusters/runcommand/action';
  const grants = grantsOf(principal, assignments, action, scope);
  const ofCommands = ofCluster ?? defaultServiceAccount;
  const choices = [...new Set(grants.map(({ serviceAccount }) => serviceAccount ?? ofCommands))].toSorted();
  const isAdministrator = grants.some(({ roleId }) => roleById(roleId)?.name === 'administrator');
  if (asked !== undefined && !isAdministrator && !choices.includes(asked)) return { type: 'notAllowed', choices };
  const [only, ...more] = choices;
  const serviceAccount = asked ?? (more.length === 0 ? only : undefined);
  return serviceAccount === undefined ? { type: 'open', choices } : { type: 'chosen', serviceAccount };
}
