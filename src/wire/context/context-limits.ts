/** How much a `context` may hold. */
export interface ContextLimits {
  /** Files and folders. */
  readonly entries: number;
  /** All files together, unpacked. */
  readonly unpackedBytes: number;
  /** How many times larger than packed one file may be. Files up to `ratioFloorBytes` are free of it. */
  readonly ratio: number;
  readonly ratioFloorBytes: number;
  /** One path, in UTF-8. Well below what Linux takes (4096), as the working directory comes before it. */
  readonly pathBytes: number;
  /** One segment of a path, in UTF-8: what Linux's file systems take. */
  readonly segmentBytes: number;
  /** Segments of one path. */
  readonly depth: number;
}

const mib = 1024 * 1024;

/** The limits of a server that configures none. */
export const defaultContextLimits: ContextLimits = {
  entries: 4096,
  unpackedBytes: 64 * mib,
  ratio: 100,
  ratioFloorBytes: mib,
  pathBytes: 1024,
  segmentBytes: 255,
  depth: 32,
};
