import { homedir } from 'node:os';
import { join } from 'node:path';

/** A client written in Python, in a virtual environment of its own. */
interface PythonPackage {
  /** The folder of its environment under the cache: name and version. */
  readonly folder: string;
  /** What pip installs. */
  readonly requirements: readonly string[];
  /** The minor versions of Python 3 that it runs on, the preferred one first. */
  readonly pythonMinors: readonly number[];
}

/**
 * The vendor's Python clients that judge us. Python 3.13 is the first that verifies certificates strictly, so the
 * newest az runs on it or a later one; az 2.45 is from before az 2.74 changed how it polls, and knows no newer Python.
 */
export const pythonClients = {
  az: { folder: 'az-2.91.0', requirements: ['azure-cli==2.91.0'], pythonMinors: [13, 14] },
  'az-old': { folder: 'az-2.45.0', requirements: ['azure-cli==2.45.0', 'setuptools<81'], pythonMinors: [11, 10, 9] },
  'python-sdk': {
    folder: 'python-sdk-41.8.0',
    requirements: ['azure-mgmt-containerservice==41.8.0', 'azure-identity==1.27.0'],
    pythonMinors: [13, 14, 12, 11, 10],
  },
} as const satisfies Record<string, PythonPackage>;

/** The name of a Python client. */
export type PythonClient = keyof typeof pythonClients;

/** Where the environments are kept between runs: they take minutes to make, and hold nothing of a test. */
export function clientCache(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'longarm-test');
}

/** The Python of a client's environment. */
export function pythonOf(client: PythonClient): string {
  return join(clientCache(), pythonClients[client].folder, 'bin', 'python');
}
