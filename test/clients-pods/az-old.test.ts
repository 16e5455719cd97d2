import { describeAz } from '../clients/az-cases.ts';
import { quickstartInPods } from './quickstart-in-pods.ts';

describeAz(
  'az 2.45, with commands in pods',
  'az-old',
  { exitCode: 0, stream: 'stdout' },
  { flags: () => quickstartInPods('longarm-az-old'), polls: 5 },
);
