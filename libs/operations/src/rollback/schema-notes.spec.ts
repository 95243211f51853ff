import { schemaNotes, schemasWith } from './schema-notes';

const [older, newer] = ['20261101000001', '20261101000002'];

test('a release that goes back under a newer schema is allowed to, and it is said', () => {
  const [note, more] = schemaNotes('api', { migrations: { db: older }, schemas: { db: newer } });
  expect(note).toContain(`db stays at schema ${newer}; this release of api was built with ${older}.`);
  expect(more).toBeUndefined();
});

test('so is a schema that is older than the release', () => {
  const [note] = schemaNotes('api', { migrations: { db: newer }, schemas: { db: older } });
  expect(note).toBe(`db is at schema ${older}, older than ${newer}, with which this release of api was built.`);
});

test.each([
  ['the schema is the same', { migrations: { db: older }, schemas: { db: older } }],
  ['the database could not be asked', { migrations: { db: older }, schemas: {} }],
  ['the release needs no database', { migrations: {}, schemas: { db: newer } }],
])('nothing is said where %s', (_, facts) => {
  expect(schemaNotes('api', facts)).toEqual([]);
});

test('the record has the versions of those databases that the release depends on', () => {
  const schemas = { db: newer, other: older };
  expect(schemasWith([{ db: older }, undefined], schemas)).toEqual({ databases: { db: newer } });
  expect(schemasWith([undefined], schemas)).toEqual({});
});
