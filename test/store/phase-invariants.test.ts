import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Command, Phase } from '../../src/core/command.ts';
import type { SqliteConnection } from '../../src/store/sqlite/connection.ts';
import { openWriter } from '../../src/store/sqlite/open-connection.ts';
import { accepted, at, lifeOf, moved, output, payload } from '../contract/sample-commands.ts';
import { type SqlitePlace, sqlitePlace } from './sqlite-place.ts';

describe('the database refuses a command that no phase allows', () => {
  let place: SqlitePlace;
  let writer: SqliteConnection;
  const stored = new Map<Phase, Command>();

  before(async () => {
    place = await sqlitePlace();
    const store = await place.open();
    for (const [phase, path] of Object.entries(pathsByPhase())) {
      const [first, ...rest] = path;
      assert.ok(first?.phase === 'accepted');
      await store.write(async ({ commands }) => {
        await commands.insert(first, payload);
        for (const command of rest) assert.ok(await commands.save(command, command.revision - 1));
      });
      const last = path.at(-1);
      assert.ok(last?.phase === phase);
      stored.set(last.phase, last);
    }
    writer = await openWriter(place.file);
  });
  after(async () => {
    writer.close();
    await place.remove();
  });

  function pathsByPhase(): Record<Phase, readonly Command[]> {
    const one = () => {
      const { token, accepted: first, claimed, launching, running, completed } = lifeOf(accepted());
      return { token, path: [first, claimed, launching, running, completed], running };
    };
    const { token, path, running } = one();
    const lost = { type: 'lost', reason: 'WorkerLost', message: 'gone' } as const;
    const failed = moved(running, { type: 'end', token, observation: lost, output });
    const waiting = accepted();
    return {
      accepted: one().path.slice(0, 1),
      claimed: one().path.slice(0, 2),
      launching: one().path.slice(0, 3),
      running: one().path.slice(0, 4),
      completed: one().path,
      failed: [...path.slice(0, 4), failed],
      cancelled: [waiting, moved(waiting, { type: 'requestStop', cause: 'cancel' }, at(1))],
    };
  }

  const illegal: readonly (readonly [Phase, string, string])[] = [
    ['accepted', `phase = 'claimed'`, 'lease'],
    ['accepted', `phase = 'paused'`, 'phase'],
    ['accepted', `exit_code = 0`, 'exit'],
    ['accepted', `revision = 0`, 'counts'],
    ['accepted', `payload_bytes = -1`, 'counts'],
    ['accepted', `started_at = 1`, 'started'],
    ['accepted', `stop_cause = 'cancel', stop_requested_at = 1, stop_deadline = 2`, 'stop'],
    ['claimed', `lease_token = null`, 'lease'],
    ['claimed', `lease_expires_at = null`, 'lease'],
    ['claimed', `launched_at = 1`, 'launched'],
    ['launching', `start_deadline = null`, 'start_deadline'],
    ['launching', `pending_reason = 'ImagePullBackOff'`, 'pending'],
    ['launching', `stop_cause = 'cancel'`, 'stop'],
    ['claimed', `means = 'pod/1'`, 'means'],
    ['running', `means = 'pod/1'`, 'means'],
    ['running', `events = '[]'`, 'events'],
    ['failed', `means = 'pod/1'`, 'means'],
    ['running', `started_at = null`, 'started'],
    ['running', `exit_code = 0`, 'exit'],
    ['running', `finished_at = 1`, 'finished'],
    ['running', `pending_reason = 'a', pending_message = 'b'`, 'pending'],
    ['running', `phase = 'completed'`, ''],
    ['completed', `exit_code = null`, 'exit'],
    ['completed', `started_at = null`, 'started'],
    ['completed', `output_sha256 = null`, 'finished'],
    ['completed', `output_complete = 2`, 'output'],
    ['completed', `output_stored_bytes = -1`, 'output'],
    ['completed', `failure_reason = 'a', failure_message = 'b'`, 'failure'],
    ['completed', `phase = 'running'`, ''],
    ['failed', `failure_message = null`, 'failure'],
    ['failed', `lease_worker_id = 'w', lease_token = 't', lease_expires_at = 1`, 'lease'],
    ['cancelled', `finished_at = null`, 'finished'],
    ['cancelled', `phase = 'completed'`, ''],
  ];
  for (const [phase, change, constraint] of illegal) {
    test(`${phase} with ${change}`, () => {
      const id = stored.get(phase)?.facts.id;
      assert.ok(id);
      const updating = (): void => writer.exec(`update commands set ${change} where id = '${id}'`);
      assert.throws(updating, new RegExp(`CHECK constraint failed: commands_${constraint}`));
    });
  }

  test('a number where text belongs, and text where a number belongs', () => {
    assert.throws(() => writer.exec(`update commands set submitted_at = 'yesterday'`), /cannot store TEXT/);
  });

  test('the payload of a command that is not stored', () => {
    assert.throws(
      () => writer.exec(`insert into command_payloads values ('nobody', x'00', null, null)`),
      /FOREIGN KEY/,
    );
  });
});
