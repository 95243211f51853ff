import { isOpsError } from '@polydev/errors';
import { makeFiles, type MigrationFiles, type Texts } from '../../testing/engine-files';
import { newestVersion, readMigrations, statementsOf } from './index';

let files: MigrationFiles;
beforeEach(() => (files = makeFiles()));
afterEach(() => files.close());

const read = (texts: Texts) => {
  files.write(texts);
  return readMigrations(files.directory);
};
/** The lines of the error that names every problem. */
const problemsOf = (texts: Texts): readonly string[] => {
  try {
    read(texts);
  } catch (error) {
    if (isOpsError(error, 'MIGRATION_FILES_INVALID'))
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    throw error;
  }
  return [];
};

test('files come by rising version, with what is not SQL left alone', () => {
  const migrations = read({ '3_c': 'select 3', '1_a': 'select 1', '2_b': 'select 2', 'README.md': 'how', '.keep': '' });
  expect(migrations.map(({ file }) => file)).toEqual([
    '20260101000001_a.sql',
    '20260101000002_b.sql',
    '20260101000003_c.sql',
  ]);
  expect(newestVersion(migrations)).toBe('20260101000003');
});

test('a byte order mark, CRLF and a missing last line break change neither the checksum nor what is applied', () => {
  const [plain] = read({ '1_a': 'create table t ();\n-- the end\n' });
  const [other] = read({ '1_a': '\uFEFFcreate table t ();\r\n-- the end' });
  expect(other).toEqual(plain);
  expect(other?.sql).toBe('create table t ();\n-- the end\n');
});

test('what is in strings, dollar quotes, nested comments and functions is not taken for statements', () => {
  const sql = `
create function f() returns int language plpgsql as $body$ begin commit; return 1; end $body$;
create function g() returns int language sql begin atomic select case when true then 1 end; select 2; end;
do $$ begin execute 'commit'; end $$;
/* commit; /* nested */ rollback; */
select E'it\\'s; commit;', '; commit;', ";commit;" from (select 1 as ";commit;") x; -- commit;`;
  expect(problemsOf({ '1_a': sql })).toEqual([]);
});

test('bodies of functions end with their own end', () => {
  const sql = `
create function f() returns int begin atomic select case 1 when 1 then 2 end as case; select (1) as "end"; end;
create or replace procedure p() begin atomic end;
create rule r as on delete to t do also (insert into log values (1); notify gone);
create table commits (id int);`;
  expect(problemsOf({ '1_a': sql })).toEqual([]);
  expect(statementsOf(sql).statements).toHaveLength(4);
});

test('a comment that a lone CR ends is read as one, and the checksum keeps the CR', () => {
  const [migration] = read({ '1_a': '-- no-transaction\r-- lint: allow rewrite-table: at night\rvacuum full t;\n' });
  expect(migration).toMatchObject({
    transaction: 'none',
    allowed: [{ rule: 'rewrite-table', reason: 'at night' }],
    sql: '-- no-transaction\r-- lint: allow rewrite-table: at night\rvacuum full t;\n',
  });
});

test('savepoints are allowed in a file', () => {
  expect(problemsOf({ '1_a': 'savepoint a; select 1; rollback to savepoint a; release savepoint a' })).toEqual([]);
});

test.each<[string, Texts, readonly RegExp[]]>([
  ['an empty file', { '1_a': '' }, [/^20260101000001_a\.sql:1: it holds no statement$/]],
  ['a file of comments', { '1_a': '-- later\n/* or never */;\n' }, [/:1: it holds no statement$/]],
  [
    'too few digits',
    { '202601_a.sql': 'select 1' },
    [/^202601_a\.sql: its name begins with 6 digits, not with the 14/],
  ],
  ['no digits', { 'a.sql': 'select 1' }, [/^a\.sql: its name begins with no digits/]],
  ['a blank in the name', { '20260101000001_a b.sql': 'select 1' }, [/^20260101000001_a b\.sql: after the version/]],
  [
    'a name that drives the terminal',
    { '20260101000001_\u001b[2J.sql': 'select 1' },
    [/^20260101000001_\\x1b\[2J\.sql: /],
  ],
  ['capital letters in the ending', { '20260101000001_a.SQL': 'select 1' }, [/after the version its name is/]],
  ['a file to go back', { '20260101000001_a.down.sql': 'drop table t' }, [/migrations only go forward/]],
  ['two of one version', { '1_a': 'select 1', '1_b': 'select 2' }, [/_a\.sql, .*_b\.sql: they have the same version/]],
  ['Latin-1', { '1_a': Buffer.from("select '\xe4'", 'latin1') }, [/^20260101000001_a\.sql: it is not UTF-8$/]],
  ['UTF-16', { '1_a': Buffer.from('\uFEFFselect 1', 'utf16le') }, [/: it is not UTF-8$/]],
  ['NUL', { '1_a': 'select 1;\0' }, [/NUL character/]],
  [
    'its own commit',
    { '1_a': 'create table t ();\ncommit;' },
    [/^20260101000001_a\.sql:2: `commit`: the file is one transaction/],
  ],
  [
    'a commit after a comment that a lone CR ends',
    { '1_a': 'create table half (id int); -- note\rcommit;\ncreate table other (id int);' },
    [/:2: `commit`/],
  ],
  ['a commit after a string that goes on', { '1_a': "select e'a'\n'b\\' , '; commit; --'" }, [/:2: `commit`/]],
  [
    'a commit after a function with a column called case',
    { '1_a': 'create function f() returns int language sql begin atomic select 1 as case; end;\ncommit;' },
    [/:2: `commit`/],
  ],
  [
    'a commit after a column called begin',
    { '1_a': 'create function f(begin atomic) as $$ $$;\ncommit;' },
    [/:2: `com/],
  ],
  [
    'a commit after a view called function',
    { '1_a': 'create view function as select begin atomic from t;\ncommit;' },
    [/:2: `com/],
  ],
  [
    'a commit in what is never closed',
    { '1_a': 'create function f() begin atomic select 1;\ncommit; create table t (' },
    [/:2: `commit`/],
  ],
  ['begin and end', { '1_a': 'begin;\nselect 1;\nend' }, [/:1: `begin`/, /:3: `end`/]],
  ['start transaction', { '1_a': 'start transaction; select 1' }, [/:1: `start transaction`/]],
  ['a string that never ends', { '1_a': "select 1;\nselect 'a" }, [/:2: a string is opened here and never closed/]],
  ['a dollar quote that never ends', { '1_a': 'do $a$ begin $b$' }, [/:1: a dollar quote is opened/]],
  ['a comment that never ends', { '1_a': 'select 1 /* /* */' }, [/:1: a comment is opened/]],
  ['commands of psql', { '1_a': 'select 1;\n\\i other.sql' }, [/:2: commands of psql/]],
  ['data for copy', { '1_a': 'copy t from stdin;\n1\n\\.' }, [/:1: `copy … from stdin`/]],
  [
    'two statements alone',
    { '1_a': '-- no-transaction\nvacuum a;\nvacuum b;' },
    [/:3: a `-- no-transaction` file holds exactly one/],
  ],
  [
    'alone what runs in a transaction',
    { '1_a': '-- no-transaction\nalter table t add x int' },
    [/:2: `alter table` runs in a transaction, .* leave `-- no-transaction` out/],
  ],
  ['alone what is only for the session', { '1_a': '-- no-transaction\nset role app' }, [/:2: `set role` runs in/]],
  ['no-transaction too late', { '1_a': 'vacuum a;\n-- no-transaction' }, [/:2: `-- no-transaction` stands after/]],
  [
    'an index without a name',
    { '1_a': '-- no-transaction\ncreate index concurrently on t (a)' },
    [/:2: give the index a name/],
  ],
  [
    'an answer without a reason',
    { '1_a': '-- lint: allow drop-table\ndrop table t' },
    [/:1: `-- lint: allow drop-table` gives no reason/],
  ],
  ['an answer of another form', { '1_a': '-- lint: ok\ndrop table t' }, [/:1: a `-- lint:` comment has the form/]],
])('%s is refused, with the file and the line', (_, texts, expected) => {
  const problems = problemsOf(texts);
  expect(problems).toHaveLength(expected.length);
  expected.forEach((pattern, at) => expect(problems[at]).toMatch(pattern));
});

test('all problems of all files are told at once', () => {
  const problems = problemsOf({ '1_a': '', 'b.sql': 'select 1', '3_c': 'commit' });
  expect(problems).toHaveLength(3);
});

test('a directory that is missing is named', () => {
  expect(() => readMigrations(`${files.directory}/none`)).toThrow(
    expect.objectContaining({
      code: 'MIGRATION_DIRECTORY_MISSING',
      message: expect.stringContaining('/none is no directory'),
    }),
  );
});

test.each([
  'create unique index concurrently if not exists i on t (a)',
  'drop index concurrently i',
  'reindex table concurrently t',
  'refresh materialized view concurrently v',
  'vacuum (analyze) t',
  "alter type mood add value if not exists 'calm'",
  'alter table t detach partition p concurrently',
  'call fill()',
  'do $$ begin commit; end $$',
])('what PostgreSQL runs in no transaction, or what ends its own, may be alone: %s', (statement) => {
  files.write({ '1_a': `-- no-transaction\n${statement}` });
  expect(readMigrations(files.directory)).toMatchObject([{ transaction: 'none' }]);
});
