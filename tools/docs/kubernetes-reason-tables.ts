import { createReasons } from '../../src/executors/kubernetes/reasons/create-reasons.ts';
import { endReasons, rejectReasons } from '../../src/executors/kubernetes/reasons/end-reasons.ts';
import type { Policy, ReasonRows } from '../../src/executors/kubernetes/reasons/reason-row.ts';
import { startReasons } from '../../src/executors/kubernetes/reasons/start-reasons.ts';

/** Why a pod could not be created, as a Markdown table. */
export function createReasonTable(): string {
  return table(createReasons, 'tried again for');
}

/** Why a pod that exists does not begin its command, as a Markdown table. */
export function startReasonTable(): string {
  return table({ ...startReasons, ...rejectReasons }, 'waits');
}

/** How a cluster ends a command, as a Markdown table. */
export function endReasonTable(): string {
  return table(endReasons, 'waits');
}

/** Rows that stand for words which the table cannot list. */
const unlisted: readonly string[] = ['OtherWaiting', 'OtherRejection'];

function table(rows: ReasonRows, verb: string): string {
  const lines = Object.entries(rows).map(([word, { shows, policy, todo }]) =>
    line(unlisted.includes(word) ? 'any other' : `\`${word}\``, shows, policyText(policy, verb), todo),
  );
  return [
    line('word', 'where it shows', 'what Longarm does', 'what to do'),
    line('---', '---', '---', '---'),
    ...lines,
  ].join('\n');
}

function line(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function policyText(policy: Policy, verb: string): string {
  switch (policy.type) {
    case 'atOnce':
      return 'fails at once';
    case 'wait':
      return 'shown while it lasts; `limits.start` ends it';
    case 'freshPod':
      return 'another pod is tried, up to three times, where it is proven that nothing ran; else fails at once';
    case 'ended':
      return 'the command ends with this word';
    case 'grace':
      return graceText(policy, verb);
  }
}

function graceText(policy: Extract<Policy, { type: 'grace' }>, verb: string): string {
  const { graceMs, atOnceWhen = [], passesWhen = [], atOnceOn = [], longerOn } = policy;
  const texts = (patterns: readonly RegExp[]): string => patterns.map(({ source }) => `\`${source}\``).join(', ');
  const parts = [
    `${verb} ${graceMs / 1000} s, then fails`,
    ...(longerOn === undefined ? [] : [`${longerOn.graceMs / 1000} s after ${words(longerOn.events)}`]),
    ...(atOnceOn.length === 0 ? [] : [`at once after ${words(atOnceOn)}`]),
    ...(atOnceWhen.length === 0 ? [] : [`at once when the sentence has ${texts(atOnceWhen)}`]),
    ...(passesWhen.length === 0 ? [] : [`until \`limits.start\` when it has ${texts(passesWhen)}`]),
  ];
  return parts.join('; ');
}

function words(events: readonly string[]): string {
  return events.map((event) => `\`${event}\``).join(' or ');
}
