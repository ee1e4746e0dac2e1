// Validates what yagura writes with the schemas and parsers of others:
//   node validate.mjs DIRECTORY     (made by write_samples)
// JSON against our own JSON Schema and SARIF against the OASIS one (both with Ajv), JUnit with an XML parser, PolicyReport with a
// YAML parser, OCSF line by line, HTML for its content security policy, Markdown rendered. The last line is "N passed, N failed, N skipped".

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
if (!existsSync(join(here, 'node_modules'))) {
  console.log('skipped: run `npm ci` in tests/e2e/report first');
  process.exit(0);
}
const { default: Ajv2020 } = await import('ajv/dist/2020.js');
const { default: AjvDraft04 } = await import('ajv-draft-04');
const { default: addFormats } = await import('ajv-formats');
const { parseAllDocuments } = await import('yaml');
const { XMLParser, XMLValidator } = await import('fast-xml-parser');
const { default: MarkdownIt } = await import('markdown-it');

const directory = process.argv[2];
const json = path => JSON.parse(readFileSync(path, 'utf8'));
const problems = validate => (validate.errors ?? []).map(e => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);

const ours = new Ajv2020({ allErrors: true }).compile(json(join(here, '../../../docs/schemas/report.schema.json')));
const sarifSchema = json(join(here, 'node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'));
const draft04 = new AjvDraft04({ allErrors: true, strict: false, unicodeRegExp: false });
addFormats(draft04);
const sarif = draft04.compile(sarifSchema);

// wgpolicyk8s.io/v1alpha2: the members that its CRD knows; an apiserver prunes or refuses others.
const policyReportMembers = ['apiVersion', 'kind', 'metadata', 'scope', 'scopeSelector', 'summary', 'results'];
const resultMembers = ['source', 'policy', 'rule', 'category', 'severity', 'timestamp', 'result', 'scored', 'resources', 'resourceSelector', 'message', 'properties'];
const extra = (object, known) => Object.keys(object).filter(key => !known.includes(key));

const checks = {
  json: text => (ours(JSON.parse(text)), problems(ours)),

  sarif: text => {
    const log = JSON.parse(text);
    sarif(log);
    const wrong = problems(sarif);
    const rules = log.runs[0].tool.driver.rules;
    for (const result of log.runs[0].results) {
      if (rules[result.ruleIndex]?.id !== result.ruleId) wrong.push(`${result.ruleId} is not rule ${result.ruleIndex}`);
      if (result.kind !== 'fail' && result.level !== 'none') wrong.push('a level where there is no fail');
    }
    for (const rule of rules) {
      const score = Number(rule.properties['security-severity']);
      if (!(score > 0 && score <= 10)) wrong.push(`security-severity ${score}`);
    }
    return wrong;
  },

  xml: text => {
    const valid = XMLValidator.validate(text);
    if (valid !== true) return [valid.err.msg];
    const tree = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', isArray: name => ['testsuite', 'testcase'].includes(name) }).parse(text);
    const suites = tree.testsuites;
    const cases = suites.testsuite.flatMap(suite => suite.testcase);
    const having = name => cases.filter(entry => entry[name] !== undefined).length;
    const wrong = [];
    for (const [total, actual] of [['tests', cases.length], ['failures', having('failure')], ['errors', having('error')], ['skipped', having('skipped')]]) {
      if (Number(suites[total]) !== actual) wrong.push(`${total} is ${suites[total]}, there are ${actual}`);
    }
    return wrong;
  },

  yaml: text => {
    const wrong = [];
    for (const document of parseAllDocuments(text)) {
      wrong.push(...document.errors.map(String));
      const report = document.toJS();
      if (report.apiVersion !== 'wgpolicyk8s.io/v1alpha2') wrong.push(`apiVersion ${report.apiVersion}`);
      if (!['PolicyReport', 'ClusterPolicyReport'].includes(report.kind)) wrong.push(`kind ${report.kind}`);
      wrong.push(...extra(report, policyReportMembers).map(key => `member ${key}`));
      const counted = { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 };
      for (const result of report.results) {
        wrong.push(...extra(result, resultMembers).map(key => `member ${key} of a result`));
        counted[result.result]++;
        if (typeof result.policy !== 'string') wrong.push('policy is required');
        if (result.severity && !['critical', 'high', 'medium', 'low', 'info'].includes(result.severity)) wrong.push(`severity ${result.severity}`);
        if (Object.values(result.properties ?? {}).some(value => typeof value !== 'string')) wrong.push('a property that is no string');
        if (!Number.isInteger(result.timestamp.seconds) || result.timestamp.nanos !== 0) wrong.push('timestamp');
      }
      if (JSON.stringify(counted) !== JSON.stringify(report.summary)) wrong.push(`summary ${JSON.stringify(report.summary)}`);
    }
    return wrong;
  },

  jsonl: text => {
    const wrong = [];
    for (const line of text.trim().split('\n')) {
      const event = JSON.parse(line);
      if (event.type_uid !== event.class_uid * 100 + event.activity_id) wrong.push(`type_uid ${event.type_uid}`);
      for (const required of ['activity_id', 'category_uid', 'class_uid', 'type_uid', 'time', 'metadata', 'severity_id', 'finding_info', 'compliance']) {
        if (event[required] === undefined) wrong.push(`lacks ${required}`);
      }
      if (!event.metadata.version || !event.metadata.product) wrong.push('metadata');
      if (!event.finding_info.uid) wrong.push('finding_info.uid');
      if (!Array.isArray(event.compliance.standards) || event.compliance.standards.length === 0) wrong.push('compliance.standards');
      if (!Number.isInteger(event.time) || event.time < 1e12) wrong.push('time is not in milliseconds');
    }
    return wrong;
  },

  html: text => {
    const wrong = [];
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text)[1];
    for (const element of ['style', 'script']) {
      const parts = [...text.matchAll(new RegExp(`<${element}>([\\s\\S]*?)</${element}>`, 'g'))];
      const hash = createHash('sha256').update(parts[0][1]).digest('base64');
      if (parts.length !== 1) wrong.push(`${parts.length} ${element} elements`);
      if (!policy.includes(`${element}-src 'sha256-${hash}'`)) wrong.push(`the ${element} is not what the policy allows`);
    }
    if (/\s(on\w+|style|src)=/i.test(text.replace(/>[^<]*</g, '><').replace(/"[^"]*"/g, '""'))) wrong.push('an inline handler, style or source');
    return wrong;
  },

  md: text => {
    const page = new MarkdownIt({ html: true, linkify: false }).render(text);
    const tags = [...page.matchAll(/<([a-z0-9]+)/gi)].map(match => match[1]);
    const known = ['h2', 'p', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'details', 'summary', 'b', 'strong', 'code', 'br', 'sub', 'ul', 'li'];
    return [...new Set(tags)].filter(tag => !known.includes(tag)).map(tag => `element ${tag}`);
  },
};

let passed = 0, failed = 0, skipped = 0;
for (const name of readdirSync(directory).sort()) {
  const check = checks[name.split('.').pop()];
  if (!check) { skipped++; continue; }
  let wrong;
  try { wrong = check(readFileSync(join(directory, name), 'utf8')); } catch (error) { wrong = [String(error)]; }
  if (wrong.length === 0) { passed++; continue; }
  failed++;
  console.log(`${name}: ${wrong.length} problems`);
  for (const problem of wrong.slice(0, 5)) console.log(`  ${problem.slice(0, 300)}`);
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
