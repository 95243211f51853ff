export { readApplied, type Author } from './records';
