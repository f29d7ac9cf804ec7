// A client written from the protos alone: creates a collection, writes, searches, deletes.
// Usage: node client.mjs HOST:PORT
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const address = process.argv[2];
assert.ok(address, 'usage: node client.mjs HOST:PORT');
const protos = fileURLToPath(new URL('../../../protos', import.meta.url));
const definition = protoLoader.loadSync(
  ['collection', 'record', 'search'].map((name) => `similarity/v1/${name}.proto`),
  { includeDirs: [protos], keepCase: true, longs: Number, enums: String });
const { similarity } = grpc.loadPackageDefinition(definition);
const insecure = grpc.credentials.createInsecure();
const collections = new similarity.v1.CollectionService(address, insecure);
const records = new similarity.v1.RecordService(address, insecure);
const searches = new similarity.v1.SearchService(address, insecure);

const call = (client, method, request) => new Promise((resolve, reject) => {
  const deadline = new Date(Date.now() + 30_000);
  client[method](request, { deadline }, (error, answer) => (error ? reject(error) : resolve(answer)));
});
const pack = (values) => Buffer.from(Float32Array.from(values).buffer);
const collection = `node-${process.pid}-${Date.now()}`;

const created = await call(collections, 'CreateCollection', {
  name: collection, metric: 'METRIC_EUCLIDEAN', dimension: 3, label_field: 'colour',
});
console.log(`created ${created.collection.name}, dimension ${created.collection.dimension}`);

const written = await call(records, 'UpsertRecords', {
  collection,
  records: [
    { id: 'red', vector: { data: pack([1, 0, 0]) }, metadata: { fields: { colour: { string_value: 'red' } } } },
    { id: 'green', vector: { values: [0, 1, 0] } },
    { id: 'blue', vector: { data: pack([0, 0, 1]) } },
  ],
});
assert.equal(written.upserted_count, 3);
console.log(`wrote ${written.upserted_count} records`);

const search = () => call(searches, 'Search', {
  collection,
  query: { vector: { data: pack([0.9, 0.1, 0]) } },
  options: { limit: 2, include_metadata: true },
});
const found = await search();
assert.deepEqual(found.hits.map((hit) => hit.id), ['red', 'green']);
assert.equal(found.hits[0].metadata.fields.colour.string_value, 'red');
assert.ok(Math.abs(found.hits[0].distance - Math.sqrt(0.02)) < 1e-5);
console.log(`found ${found.hits.map((hit) => `${hit.id} at ${hit.distance.toFixed(4)}`).join(', ')}`);

const deleted = await call(records, 'DeleteRecords', { collection, ids: ['red', 'nobody'] });
assert.equal(deleted.deleted_count, 1);
assert.deepEqual((await search()).hits.map((hit) => hit.id), ['green', 'blue']);
console.log(`deleted ${deleted.deleted_count} record`);

await call(collections, 'DeleteCollection', { name: collection });
await assert.rejects(call(collections, 'GetCollection', { name: collection }), { code: grpc.status.NOT_FOUND });
console.log(`deleted ${collection}`);
