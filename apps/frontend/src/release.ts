import { readReleaseInfo } from '@polydev/release';

/** The release that this process runs from. Next's server makes the folder of its own files the current one. */
export const release = readReleaseInfo(process.cwd());
