import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type CommandId, parseCommandId } from '../../../src/core/command-id.ts';
import type { Launch } from '../../../src/core/launch.ts';
import { buildPod } from '../../../src/executors/kubernetes/pod/build-pod.ts';
import { packPayload } from '../../../src/executors/kubernetes/pod/payload.ts';
import { aClusterUid, ordinary } from '../../contract/executor-samples.ts';

const commandId: CommandId = parseCommandId('0123456789abcdef0123456789abcdef') ?? assert.fail();
const settings = { namespace: 'longarm', image: 'image', serviceAccount: 'view', anchorUid: 'anchor' };
const file = (size: number) => ({ path: 'a', mode: 0o644, bytes: Buffer.alloc(size, 'a') });

function launch(more: Partial<Launch>): Launch {
  const text = 'echo the-text-of-the-command';
  return {
    ...ordinary,
    commandId,
    clusterUid: aClusterUid,
    shell: 'sh',
    text,
    files: [],
    timeoutMs: 1,
    graceMs: 1,
    ...more,
  };
}

function podOf(each: Launch): string {
  return JSON.stringify(buildPod(each, packPayload(each), settings));
}

describe('the way of text, files and token into a pod', () => {
  const ways: readonly (readonly [what: string, more: Partial<Launch>, from: string])[] = [
    ['a small text alone', {}, 'inline'],
    ['a text of 64 KiB alone', { text: 'x'.repeat(64 * 1024) }, 'inline'],
    ['a larger text', { text: 'x'.repeat(64 * 1024 + 1) }, 'secret'],
    ['a small text with a file', { files: [file(1)] }, 'secret'],
    ['a small text with a token', { clusterToken: 'the-token' }, 'secret'],
    ['a file that no Secret holds', { files: [file(1_000_001)] }, 'upload'],
  ];
  for (const [what, more, from] of ways) {
    test(`of ${what} is ${from}`, () => assert.equal(packPayload(launch(more)).from, from));
  }

  test('shows the text in the pod only where it goes inline', () => {
    assert.match(podOf(launch({})), /the-text-of-the-command/);
    assert.doesNotMatch(podOf(launch({ files: [file(1)] })), /the-text-of-the-command/);
  });

  test('never shows a token in the pod, and leaves the service account’s out beside it', () => {
    const pod = podOf(launch({ clusterToken: 'the-token' }));
    assert.doesNotMatch(pod, /the-token|serviceAccountToken/);
    assert.match(podOf(launch({})), /serviceAccountToken/);
  });
});
