import {
  deploymentIdSchema,
  deploymentRecordSchema,
  deploymentsAnswerSchema,
  healthAnswerSchema,
  hostRecordSchema,
  RECORD_VERSION,
  targetsAnswerSchema,
} from '.';

const record = {
  schema: RECORD_VERSION,
  id: '20261124T081530.123Z-abc123f',
  nonce: 'n',
  kind: 'deploy',
  environment: 'production',
  sha: 'a'.repeat(40),
  dirty: false,
  by: 'ops@builder',
  startedAt: '2026-11-24T08:15:30.123Z',
  planned: ['frontend'],
  outcome: 'succeeded',
  targets: [{ target: 'frontend', outcome: 'moved', hosts: [{ host: 'app-1', outcome: 'moved' }] }],
};

describe('a deployment’s id', () => {
  it.each(['20261124T081530.123Z-abc123f', 'A', '2026-11-24_a.b'])('may be %s', (id) => {
    expect(deploymentIdSchema.safeParse(id).success).toBe(true);
  });

  it.each(['', '.', '..', '../x', 'a/b', 'a\\b', '.hidden', '-rf', 'a b', 'a\n', 'a\0', 'ä', 'a'.repeat(129)])(
    'may not be %j, which could name another file',
    (id) => {
      expect(deploymentIdSchema.safeParse(id).success).toBe(false);
    },
  );
});

describe('a record', () => {
  it('is read with what it leaves out filled in', () => {
    expect(deploymentRecordSchema.parse(record).targets[0]?.hosts[0]).toEqual({
      host: 'app-1',
      outcome: 'moved',
      steps: [],
      notes: [],
    });
  });

  it('survives being written and read again', () => {
    const read = deploymentRecordSchema.parse(record);
    expect(deploymentRecordSchema.parse(JSON.parse(JSON.stringify(read)))).toEqual(read);
  });

  it.each([
    ['of a newer version', { ...record, schema: RECORD_VERSION + 1 }],
    ['with an outcome that is not known', { ...record, outcome: 'half-done' }],
    ['with a time that is none', { ...record, startedAt: 'yesterday' }],
    ['without a plan', { ...record, planned: undefined }],
  ])('%s is refused', (_, value) => {
    expect(deploymentRecordSchema.safeParse(value).success).toBe(false);
  });

  it('may say more than this version knows', () => {
    expect(hostRecordSchema.safeParse({ host: 'app-1', outcome: 'moved', weather: 'fair' }).success).toBe(true);
  });
});

describe('answers', () => {
  it('of health need not name a release', () => {
    expect(healthAnswerSchema.parse({ status: 'ok' })).toEqual({ status: 'ok' });
    expect(healthAnswerSchema.safeParse({ release: 'r' }).success).toBe(false);
  });

  it('of an older controller, which names no unreadable target files, are read', () => {
    expect(targetsAnswerSchema.parse({ targets: [] })).toEqual({ targets: [], unreadable: [] });
  });

  it('carry whole records', () => {
    const answer = { deployments: [record], total: 1, unreadable: [] };
    expect(deploymentsAnswerSchema.parse(answer).deployments[0]?.id).toBe(record.id);
  });
});

describe('schemas of databases', () => {
  const version = '20261101000001';
  it('stand in the record of the deployment, and survive being written and read again', () => {
    const targets = [
      { target: 'database', outcome: 'moved', schema: { to: version }, hosts: [] },
      { target: 'frontend', outcome: 'moved', databases: { database: version }, hosts: [] },
    ];
    const read = deploymentRecordSchema.parse({ ...record, targets });
    expect(deploymentRecordSchema.parse(JSON.parse(JSON.stringify(read))).targets).toEqual(targets);
  });

  it.each([
    ['is no version', { schema: { to: 'newest' } }],
    ['of a target is none', { databases: { database: '2026' } }],
  ])('one that %s is refused', (_, more) => {
    const targets = [{ target: 'database', outcome: 'moved', ...more }];
    expect(deploymentRecordSchema.safeParse({ ...record, targets }).success).toBe(false);
  });
});
