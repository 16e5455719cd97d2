import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeComplaint } from '../../bin/node-version.mjs';

test('a Node older than engines says is told so, in one line with both versions', () => {
  for (const old of ['v18.20.8', 'v20.11.1', 'v22.99.0', 'v24.0.0', 'v24.14.9']) {
    const line = nodeComplaint(old) ?? '';
    assert.match(line, new RegExp(`^Longarm needs Node 24\\.15 or newer; this is ${old.replaceAll('.', '\\.')}\\.$`));
  }
});

test('a Node that is new enough hears nothing', () => {
  for (const young of ['v24.15.0', 'v24.21.3', 'v25.0.0', 'v100.1.0']) assert.equal(nodeComplaint(young), undefined);
});
