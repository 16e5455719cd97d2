import type { Pod } from './pod-shape.ts';
import { sentence } from './sentence.ts';
import { startReasons } from './start-reasons.ts';

/** Why a command cannot begin whose keeper has ended: it is let begin, and read, through that container alone. */
export function judgeKeeper(
  { status }: Pod,
  keeperContainer: string,
): { readonly reason: string; readonly message: string } | undefined {
  const ended = status?.containerStatuses?.find(({ name }) => name === keeperContainer)?.state?.terminated;
  if (ended === undefined) return undefined;
  const { reason = 'Error', message, exitCode } = ended;
  const said = `The container ${keeperContainer}, through which the command is started and read, ended with exit code ${exitCode}`;
  return { reason, message: sentence([said, message], startReasons.KeeperEnded.todo) };
}
