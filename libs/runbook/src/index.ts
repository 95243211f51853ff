export * from './runbook';
export * from './journal';
export * from './run';
