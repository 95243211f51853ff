import { hostPrograms } from '@polydev/host';

/** The parts that each of our host programs is joined from. */
const PARTS = {
  state: ['json', 'state'],
  compare: ['json', 'file-list', 'compare'],
  holder: ['json', 'holder'],
  adoption: ['json', 'file-list', 'adoption'],
  place: ['json', 'file-list', 'place'],
  link: ['json', 'link'],
  'adopt-shared': ['json', 'exchange', 'adopt-shared'],
  swap: ['json', 'exchange', 'swap'],
  'swap-back': ['json', 'exchange', 'swap-back'],
  prune: ['json', 'prune'],
  listener: ['json', 'listener'],
  records: ['json', 'records'],
  parts: ['json', 'parts'],
  unlock: ['json', 'unlock'],
  preflight: ['json', 'file-list', 'preflight'],
  slot: ['json', 'slot'],
  secrets: ['json', 'secrets'],
  setup: ['json', 'setup'],
  handover: ['json', 'handover'],
  traffic: ['json', 'traffic'],
  audit: ['json', 'audit'],
  signed: ['json', 'file-list', 'signed'],
} as const satisfies Record<string, readonly string[]>;

/** The command that runs one of our programs on a host with the given arguments. */
export const program = hostPrograms(`${__dirname}/../programs`, PARTS);
