// Uses the filters of the HTML report in a real browser: node filters.mjs CHROMIUM REPORT.html
// The report is the sample `shop`. Its content security policy, which would rightly refuse this test's script, is taken out first.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [browser, report] = process.argv.slice(2);
const steps = `
const form = document.getElementById('filters'), shown = form.querySelector('output'), seen = [];
const settle = () => new Promise(resolve => setTimeout(resolve, 300));
const step = async change => { change(); form.dispatchEvent(new Event('input')); await settle(); seen.push(shown.textContent); };
const box = value => form.querySelector('input[value=' + value + ']');
(async () => {
  seen.push(form.hidden, shown.textContent);
  await step(() => { box('critical').checked = false; });
  await step(() => { box('ignored').checked = false; });
  await step(() => { form.elements.q.value = 'SIDECAR shop'; });
  await step(() => { form.elements.q.value = 'nothing like this'; });
  seen.push('off' in document.getElementById('none').dataset);
  form.reset(); await settle(); seen.push(shown.textContent);
  await step(() => { form.elements.ns.value = ''; });
  document.getElementById('fold').click();
  seen.push([...document.querySelectorAll('.res')].some(block => block.open));
  document.title = seen.join(', ');
})();`;
const expected = 'false, 9 of 9, 8 of 9, 7 of 9, 1 of 9, 0 of 9, false, 9 of 9, 2 of 9, false';

const page = readFileSync(report, 'utf8').replace(/<meta http-equiv[^>]*>/, '').replace('</body>', `<script>${steps}</script></body>`);
const directory = mkdtempSync(join(tmpdir(), 'yagura-filters-'));
let actual;
try {
  const file = join(directory, 'report.html');
  writeFileSync(file, page);
  const dom = execFileSync(browser, ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', `--user-data-dir=${directory}/profile`,
    '--virtual-time-budget=20000', '--dump-dom', `file://${file}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  actual = /<title>([^<]*)/.exec(dom)[1];
} finally {
  rmSync(directory, { recursive: true, force: true });
}
if (actual !== expected) console.log(`expected ${expected}\nactual   ${actual}`);
process.exit(actual === expected ? 0 : 1);
