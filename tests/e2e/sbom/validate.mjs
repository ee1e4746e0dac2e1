// Validates the SBOMs and VEX documents that yagura writes:
//   node validate.mjs DIRECTORY     (made by write_sboms)
// CycloneDX against the schemas of its own JavaScript library (Ajv); SPDX 2.3 JSON for what its specification demands of each
// element, its licence expressions with a parser of others, and its references; tag-value line by line; OpenVEX likewise.
// The last line is "N passed, N failed, N skipped".

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
if (!existsSync(join(here, 'node_modules'))) {
  console.log('skipped: run `npm ci` in tests/e2e/sbom first');
  process.exit(0);
}
const { default: Ajv } = await import('ajv');
const { default: addFormats } = await import('ajv-formats');
const { default: addFormats2019 } = await import('ajv-formats-draft2019');
const { default: parseExpression } = await import('spdx-expression-parse');

const directory = process.argv[2];
const schemas = join(here, 'node_modules/@cyclonedx/cyclonedx-library/res/schema');
const json = path => JSON.parse(readFileSync(path, 'utf8'));
const schema = name => json(join(schemas, `${name}.SNAPSHOT.schema.json`));

function validator(version) {
  const ajv = new Ajv({ allErrors: true, strict: false, addUsedSchema: false });
  addFormats(ajv);
  addFormats2019(ajv, { formats: ['idn-email'] });
  ajv.addFormat('iri-reference', () => true);
  ajv.addSchema(schema('spdx'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json');
  ajv.addSchema(schema('jsf-0.82'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json');
  return ajv.compile(schema(`bom-${version}`));
}
const compiled = Object.fromEntries(['1.4', '1.5', '1.6'].map(version => [version, validator(version)]));

function checkCyclonedx(text) {
  const bom = JSON.parse(text);
  const validate = compiled[bom.specVersion];
  validate(bom);
  const wrong = (validate.errors ?? []).map(e => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
  const refs = [bom.metadata.component['bom-ref'], ...bom.components.map(c => c['bom-ref'])];
  if (new Set(refs).size !== refs.length) wrong.push('a bom-ref comes twice');
  for (const { ref, dependsOn } of bom.dependencies ?? []) {
    for (const one of [ref, ...dependsOn]) if (!refs.includes(one)) wrong.push(`${one} is no bom-ref`);
  }
  for (const { affects } of bom.vulnerabilities ?? []) {
    for (const { ref } of affects) if (!refs.includes(ref)) wrong.push(`${ref} is no bom-ref`);
  }
  return wrong;
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const id = /^SPDXRef-[A-Za-z0-9.-]+$/;
const agent = /^(Tool|Organization|Person): .+/;

function checkLicense(text, references, wrong) {
  if (text === 'NOASSERTION' || text === 'NONE') return;
  try {
    parseExpression(text);
  } catch (error) {
    wrong.push(`licence "${text}": ${error.message}`);
  }
  for (const reference of text.match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? []) {
    if (!references.has(reference)) wrong.push(`${reference} is not explained`);
  }
}

function checkSpdx(document) {
  const wrong = [];
  const want = (condition, what) => condition || wrong.push(what);
  want(document.spdxVersion === 'SPDX-2.3' && document.dataLicense === 'CC0-1.0', 'head');
  want(document.SPDXID === 'SPDXRef-DOCUMENT' && document.name, 'name');
  want(URL.canParse(document.documentNamespace) && !document.documentNamespace.includes('#'), 'namespace');
  want(instant.test(document.creationInfo.created) && document.creationInfo.creators.every(c => agent.test(c)), 'creation');
  const references = new Set((document.hasExtractedLicensingInfos ?? []).map(l => l.licenseId));
  const ids = new Set(['SPDXRef-DOCUMENT', ...document.packages.map(p => p.SPDXID)]);
  want(ids.size === document.packages.length + 1, 'an id comes twice');
  for (const one of document.packages) {
    want(id.test(one.SPDXID) && one.name !== undefined && one.downloadLocation, `${one.SPDXID}: required members`);
    want(one.supplier === 'NOASSERTION' || agent.test(one.supplier), `${one.SPDXID}: supplier`);
    checkLicense(one.licenseConcluded, references, wrong);
    checkLicense(one.licenseDeclared, references, wrong);
    for (const a of one.annotations ?? []) {
      want(agent.test(a.annotator) && instant.test(a.annotationDate) && a.annotationType === 'OTHER' && a.comment, `${one.SPDXID}: annotation`);
    }
    for (const { algorithm, checksumValue } of one.checksums ?? []) {
      want(/^(MD5|SHA1|SHA256|SHA384|SHA512)$/.test(algorithm) && /^[0-9a-f]+$/.test(checksumValue), `${one.SPDXID}: checksum`);
    }
  }
  for (const r of document.relationships) {
    want(ids.has(r.spdxElementId) && ids.has(r.relatedSpdxElement) && /^[A-Z_]+$/.test(r.relationshipType), 'a relationship of nothing');
  }
  want(document.relationships.some(r => r.relationshipType === 'DESCRIBES'), 'describes nothing');
  return wrong;
}

// As the specification's grammar: each line a tag, a comment or empty; packages with what they must have.
function checkTagValue(text) {
  const wrong = [];
  let packages = 0;
  for (const line of text.replace(/<text>[\s\S]*?<\/text>/g, 'TEXT').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (!/^[A-Za-z]+: ?.*$/.test(line)) wrong.push(`no tag: ${line.slice(0, 80)}`);
    if (line.startsWith('PackageName:')) packages++;
  }
  for (const tag of ['SPDXVersion', 'DataLicense', 'SPDXID', 'DocumentName', 'DocumentNamespace', 'Creator', 'Created']) {
    if (!new RegExp(`^${tag}: .+$`, 'm').test(text)) wrong.push(`no ${tag}`);
  }
  if ((text.match(/^PackageDownloadLocation: /gm) ?? []).length !== packages) wrong.push('a package without download location');
  return wrong;
}

function checkOpenvex(document) {
  const wrong = [];
  if (document['@context'] !== 'https://openvex.dev/ns/v0.2.0') wrong.push('context');
  for (const member of ['@id', 'author', 'timestamp', 'version']) if (!document[member]) wrong.push(`no ${member}`);
  const justifications = ['component_not_present', 'vulnerable_code_not_present', 'vulnerable_code_not_in_execute_path',
    'vulnerable_code_cannot_be_controlled_by_adversary', 'inline_mitigations_already_exist'];
  for (const s of document.statements) {
    if (!s.vulnerability.name || !s.products.length) wrong.push('a statement of nothing');
    if (!['not_affected', 'affected', 'fixed', 'under_investigation'].includes(s.status)) wrong.push(`status ${s.status}`);
    if (s.status === 'not_affected' && !s.justification && !s.impact_statement) wrong.push('not affected, but why?');
    if (s.status === 'affected' && !s.action_statement) wrong.push('affected, and what to do?');
    if (s.justification && !justifications.includes(s.justification)) wrong.push(`justification ${s.justification}`);
  }
  return wrong;
}

let passed = 0, failed = 0;
for (const file of readdirSync(directory).sort()) {
  const text = readFileSync(join(directory, file), 'utf8');
  const wrong = file.endsWith('.cdx.json') ? checkCyclonedx(text)
    : file.endsWith('.spdx.json') ? checkSpdx(JSON.parse(text))
    : file.endsWith('.spdx') ? checkTagValue(text)
    : file.endsWith('.openvex.json') ? checkOpenvex(JSON.parse(text)) : ['what is this file?'];
  if (wrong.length === 0) {
    passed++;
  } else {
    failed++;
    console.log(`FAILED: ${file}\n  ${wrong.slice(0, 10).join('\n  ')}`);
  }
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
