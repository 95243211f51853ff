export * from './describe-vm';
export * from './sample-agents';
export * from './sample-images';
