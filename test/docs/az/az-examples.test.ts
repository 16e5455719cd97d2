import { after, before, describe } from 'node:test';
import { pythonOf } from '../../clients/python-clients.ts';
import { newReader, type Reader } from '../documented-server.ts';
import { testExamples } from '../examples.ts';

describe('the examples that use az', () => {
  let reader: Reader;
  before(async () => {
    reader = await newReader();
    reader.install('az', `export AZURE_CORE_COLLECT_TELEMETRY=no\nexec '${pythonOf('az')}' -m azure.cli "$@"`);
  });
  after(() => reader.leave());
  testExamples('az', () => reader);
});
