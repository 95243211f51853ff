export * from './sshd';
export * from './proxy';
export * from './keys';
export * from './agent';
export * from './processes';
export * from './eventually';
export * from './describe-ssh';
export * from './password-server';
