import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** This repository. */
export const REPOSITORY = resolve(__dirname, '../../..');

const FOLDER = join(REPOSITORY, '.github/workflows');

/** Names of this repository's workflow files. */
export const WORKFLOW_FILES = readdirSync(FOLDER);

/** Path of one of them. */
export const workflowPath = (file: string): string => join(FOLDER, file);
