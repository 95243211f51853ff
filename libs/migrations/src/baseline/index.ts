export { baseline, type BaselineInput } from './baseline';
