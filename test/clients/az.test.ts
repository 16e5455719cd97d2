import { describeAz } from './az-cases.ts';

// From 2.74 on az takes `Failed` for an error of the operation and prints the `error` beside it.
describeAz('the newest az', 'az', { exitCode: 1, stream: 'stderr' });
