import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createScriptedExecutor } from '../../src/executors/scripted/scripted-executor.ts';
import { aClusterUid, machineClock, ordinary } from '../contract/executor-samples.ts';
import { newId, observed, soon } from '../contract/executor-watch.ts';

describe('the files of a script', { timeout: 60_000 }, () => {
  let place: string;
  let inside: string;
  let outside: string;
  before(async () => {
    place = await mkdtemp(join(tmpdir(), 'longarm-script-files-'));
    [inside, outside] = [join(place, 'inside'), join(place, 'outside')];
    for (const directory of [inside, outside]) await mkdir(directory);
    await writeFile(join(outside, 'there'), '');
    await symlink(outside, join(inside, 'out'));
    await symlink(join(outside, 'made'), join(inside, 'nowhere'));
    await symlink(join(outside, 'there'), join(inside, 'elsewhere'));
  });
  after(() => rm(place, { recursive: true }));

  /** How a script ends that is played by an executor whose scripts may touch files below `filesBelow`. */
  async function play(text: string, filesBelow?: string) {
    const directory = join(place, 'runs');
    const more = filesBelow === undefined ? {} : { filesBelow };
    const executor = await createScriptedExecutor({ directory, clock: machineClock, ...more });
    const launch = { commandId: newId(), clusterUid: aClusterUid, shell: 'sh', text, files: [] } as const;
    await executor.start({ ...ordinary, ...launch, timeoutMs: 10_000, graceMs: 100 }, soon());
    const last = (await observed(executor, launch.commandId)).at(-1);
    await executor.destroy(launch.commandId, soon());
    if (last?.type === 'refused') return `${last.reason}: ${last.message}`;
    return last?.type === 'exited' ? `${last.exitCode} ${last.cause}` : last?.type;
  }

  test('are refused where the executor was given no directory for them', async () => {
    const words = 'is not taken here: this executor was given no directory for the files of scripts.';
    assert.equal(
      await play(`stdout a\nappend ${join(outside, 'made')} x`),
      `InvalidScript: Line 2 of the script: append ${words}`,
    );
    assert.equal(await play(`wait ${join(outside, 'there')}`), `InvalidScript: Line 1 of the script: wait ${words}`);
    assert.deepEqual(await readdir(outside), ['there']);
  });

  test('are refused outside of that directory, by whatever way', async () => {
    const paths = [
      join(outside, 'made'),
      `${inside}/../outside/made`,
      `${inside}side`,
      inside,
      '/',
      ...['out/made', 'out/there', 'nowhere', 'elsewhere', 'out/new/made'].map((name) => join(inside, name)),
    ];
    for (const path of paths) {
      assert.match(String(await play(`append ${path} x`, inside)), /^InvalidScript: .*(below|leads out of) /, path);
      assert.match(String(await play(`wait ${path}\nexit 3`, inside)), /^InvalidScript: .*(below|leads out of) /, path);
    }
    assert.deepEqual(await readdir(outside), ['there']);
    assert.equal(await readFile(join(outside, 'there'), 'utf8'), '');
  });

  test('are written to and waited for within it', async () => {
    const path = join(inside, 'marks');
    assert.equal(await play(`append ${path} one\nappend ${path} two\nwait ${path}\nexit 4`, inside), '4 exit');
    assert.equal(await readFile(path, 'utf8'), 'one\ntwo\n');
  });
});
