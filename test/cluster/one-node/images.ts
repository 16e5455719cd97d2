import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

/** The images that a cluster has. Their tags are not `latest`, so that nothing tries to pull them. */
export const images = {
  pause: 'test.longarm.invalid/pause:1',
  /** `sh` and the rest of busybox, kubectl, jq. Runs as user 65532. */
  toolbox: 'test.longarm.invalid/toolbox:1',
  /** A single static program, which waits until it is told to end. Runs as user 65532. */
  withoutShell: 'test.longarm.invalid/without-shell:1',
} as const;

type Image = keyof typeof images;

const configOf: Readonly<Record<Image, object>> = {
  pause: { Entrypoint: ['/pause'], User: '65532:65532' },
  toolbox: { Cmd: ['sh'], User: '65532:65532', Env: ['PATH=/bin', 'HOME=/tmp'], WorkingDir: '/' },
  withoutShell: { Entrypoint: ['/pause'], User: '65532:65532' },
};

/** The names that busybox goes by, as it lists them itself; its own name is the file's. */
async function applets(signal: AbortSignal): Promise<readonly string[]> {
  const list = await runProgram('busybox', ['--list'], { signal });
  return list.split('\n').filter((name) => name !== '' && name !== 'busybox');
}

function addProgram(root: string, from: string, to: string): void {
  copyFileSync(from, join(root, to));
  chmodSync(join(root, to), 0o755);
}

async function furnishToolbox(root: string, programs: string, signal: AbortSignal): Promise<void> {
  for (const folder of ['bin', 'etc', 'tmp', 'usr']) mkdirSync(join(root, folder));
  chmodSync(join(root, 'tmp'), 0o1777);
  symlinkSync('../bin', join(root, 'usr/bin'));
  const busybox = (await runProgram('sh', ['-c', 'command -v busybox'], { signal })).trim();
  addProgram(root, busybox, 'bin/busybox');
  for (const applet of await applets(signal)) symlinkSync('busybox', join(root, 'bin', applet));
  addProgram(root, join(programs, 'kubectl'), 'bin/kubectl');
  addProgram(root, join(programs, 'jq'), 'bin/jq');
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nlongarm:x:65532:65532::/tmp:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nlongarm:x:65532:\n');
}

async function pack(image: Image, programs: string, folder: string, signal: AbortSignal): Promise<void> {
  const root = join(folder, 'root');
  mkdirSync(root);
  if (image === 'toolbox') await furnishToolbox(root, programs, signal);
  else addProgram(root, join(programs, 'pause'), 'pause');
  const asRoot = ['--sort=name', '--mtime=@0', '--numeric-owner', '--owner=0', '--group=0'];
  await runProgram('tar', ['-C', root, ...asRoot, '-cf', join(folder, 'layer.tar'), '.'], { signal });
  const digest = createHash('sha256')
    .update(readFileSync(join(folder, 'layer.tar')))
    .digest('hex');
  const rootfs = { type: 'layers', diff_ids: [`sha256:${digest}`] };
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const config = { architecture, os: 'linux', config: configOf[image], rootfs };
  const manifest = [{ Config: 'config.json', RepoTags: [images[image]], Layers: ['layer.tar'] }];
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const parts = ['manifest.json', 'config.json', 'layer.tar'];
  await runProgram('tar', ['-C', folder, '-cf', join(folder, 'image.tar'), ...parts], { signal });
  renameSync(join(folder, 'image.tar'), join(programs, `${image}.tar`));
}

/**
 * Packs the images beside the programs that go into them, as archives of docker's kind: `pause.tar` and so on.
 * @throws {Error} when tar fails, or there is no busybox
 */
export async function packImages(programs: string, signal: AbortSignal): Promise<void> {
  for (const image of ['pause', 'toolbox', 'withoutShell'] as const) {
    const folder = mkdtempSync(join(programs, '.packing-'));
    try {
      await pack(image, programs, folder, signal);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** The archives of all images in a folder of programs. */
export const imageArchives = (programs: string): readonly string[] =>
  Object.keys(images).map((image) => join(programs, `${image}.tar`));
