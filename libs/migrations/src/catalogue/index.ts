export * from './catalogue';
export * from './delta';
export * from './compare';
export * from './describe';
