export * from './demo';
export * from './load/kinds';
export * from './load/report';
export * from './load/start-load';
export * from './schedule/faults';
export * from './schedule/line';
export * from './schedule/schedule';
