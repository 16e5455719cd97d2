import { describeAz } from '../clients/az-cases.ts';
import { quickstartInPods } from './quickstart-in-pods.ts';

describeAz(
  'the newest az, with commands in pods',
  'az',
  { exitCode: 1, stream: 'stderr' },
  // A pod takes a second or two to start; the first poll is held for one.
  { flags: () => quickstartInPods('longarm-az'), polls: 5 },
);
