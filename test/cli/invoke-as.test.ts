import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sendJson } from '../client/fake-arm.ts';
import { addFakeCommand } from '../client/fake-command.ts';
import { runVerb, startFakeLongarm } from './run-verb.ts';

describe('longarm invoke --service-account', () => {
  test('the service account is sent, and a refusal for want of one says which option chooses', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake, { exitCode: 0 });
    await runVerb(['invoke', 'local', '--service-account', 'view', '--', 'x'], { environment });
    const sent = fake.requests(/runCommand$/).at(-1);
    assert.deepEqual(JSON.parse(sent?.body.toString() ?? '').longarm, { serviceAccount: 'view' });
    fake.on('POST', /runCommand$/, (_seen, response) => {
      const target = 'longarm.serviceAccount';
      sendJson(response, 400, { error: { code: 'InvalidParameter', message: `Say which with ${target}.`, target } });
    });
    const ran = await runVerb(['invoke', 'local', '--', 'x'], { environment });
    assert.equal(ran.code, 125);
    assert.match(ran.stderr, /Say which with --service-account\./);
  });
});
