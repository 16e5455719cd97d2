import type { Option } from './option.ts';
import { optional, textType } from './value-type.ts';

/** The image of commands in pods whose cluster names none. It has no default: which one fits depends on the cluster. */
export const toolboxImage: Option<string | undefined> = {
  name: 'toolboxImage',
  flag: '--toolbox-image',
  variable: 'LONGARM_TOOLBOX_IMAGE',
  key: 'toolboxImage',
  type: optional(textType('an image')),
  default: undefined,
  unit: undefined,
  description:
    'What commands in pods run in whose cluster names no `image`: any with `sh` and the usual small tools. Left out: a ' +
    'public one with `kubectl`, `helm` and `jq` of the cluster’s own minor version.',
  group: 'Execution',
};
