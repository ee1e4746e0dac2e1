#include "report/internal/html_assets.hpp"

namespace yagura::report {

const std::string_view kLogo =
    R"(<svg class="logo" viewBox="0 0 48 48" aria-hidden="true"><path d="M24 3 5 13l3 4h32l3-4zM11 19v5h26v-5zM4 29l20-6 20 6-3 4H7zm6 6v10h9v-6a5 5 0 0 1 10 0v6h9V35z"/></svg>)";

// clang-format off
const std::string_view kStyle = R"(
:root{color-scheme:light dark;--bg:#f5f6f8;--card:#fff;--text:#1b2130;--dim:#586174;--line:#dfe3ea;--accent:#0b5cad;--code:#eef1f6;
--critical:#b4122b;--critical-text:#fff;--high:#c2410c;--high-text:#fff;--medium:#f4c33f;--medium-text:#33260a;--low:#1d63b8;--low-text:#fff;
--info:#5b6473;--info-text:#fff;--good:#19703c;--good-text:#fff;--unknown:#7a4fb5;--unknown-text:#fff;--warn-bg:#fff4d6;--warn-line:#d9a514;--good-bg:#e4f6ea;--bad-bg:#fdeaec}
@media (prefers-color-scheme:dark){:root{--bg:#0e1219;--card:#161c27;--text:#e4e8f0;--dim:#9aa5b8;--line:#293243;--accent:#7db9ff;--code:#1f2836;
--critical:#e5484d;--critical-text:#170205;--high:#f7803c;--high-text:#1f0c00;--medium:#f4c33f;--medium-text:#2a1f05;--low:#5ea3f5;--low-text:#04142a;
--info:#8791a3;--info-text:#0e1219;--good:#46c077;--good-text:#04180b;--unknown:#b794f6;--unknown-text:#180b2e;--warn-bg:#2b2410;--warn-line:#b98d12;--good-bg:#10291a;--bad-bg:#2e1519}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK JP",sans-serif}
.wrap{max-width:1240px;margin:0 auto;padding:0 24px 48px}
a{color:var(--accent)}a:focus-visible,summary:focus-visible,input:focus-visible,select:focus-visible,button:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--card);padding:8px 12px;z-index:9}
header{display:flex;gap:16px;align-items:center;padding:28px 0 20px;flex-wrap:wrap}
.logo{width:44px;height:44px;fill:var(--accent);flex:none}
h1{font-size:22px;line-height:1.2;margin:0;overflow-wrap:anywhere}h1 code{font-size:19px}
header p{margin:2px 0 0;color:var(--dim);font-size:13px}
h2{font-size:18px;margin:36px 0 12px}h2 small{font-weight:400;color:var(--dim);font-size:14px;margin-left:6px}
code{font:13px/1.45 ui-monospace,SFMono-Regular,"JetBrains Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;background:var(--code);border-radius:4px;padding:1px 5px;overflow-wrap:anywhere}
.verdict{border:1px solid var(--line);border-left:6px solid var(--info);background:var(--card);border-radius:10px;padding:16px 20px;font-size:17px;font-weight:600}
.verdict span{display:block;font-size:14px;font-weight:400;color:var(--dim);margin-top:2px}
.verdict.fail{border-left-color:var(--critical)}.verdict.pass{border-left-color:var(--good);background:var(--good-bg)}
.verdict.incomplete,.verdict.nothing-judged{border-left-color:var(--warn-line);background:var(--warn-bg)}
.tiles{display:grid;grid-template-columns:repeat(5,1fr);gap:12px;margin:16px 0 0;padding:0;list-style:none}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 16px 14px;position:relative;overflow:hidden}
.tiles b{display:block;font-size:28px;line-height:1.2;font-variant-numeric:tabular-nums}.tiles span{display:block;color:var(--dim);font-size:13px}
.tiles li::after{content:"";position:absolute;left:0;bottom:0;height:4px;width:100%;background:var(--tone)}
.tiles li.zero b{color:var(--dim);font-weight:400}.tiles li.zero::after{opacity:.25}
.critical{--tone:var(--critical);--on:var(--critical-text)}.high{--tone:var(--high);--on:var(--high-text)}.medium{--tone:var(--medium);--on:var(--medium-text)}
.low{--tone:var(--low);--on:var(--low-text)}.info{--tone:var(--info);--on:var(--info-text)}.pass{--tone:var(--good);--on:var(--good-text)}
.not-evaluated{--tone:var(--unknown);--on:var(--unknown-text)}.ignored{--tone:var(--line);--on:var(--text)}.error{--tone:var(--critical);--on:var(--critical-text)}.warning{--tone:var(--medium);--on:var(--medium-text)}.note{--tone:var(--info);--on:var(--info-text)}
.facts{display:flex;flex-wrap:wrap;gap:6px 28px;margin:16px 2px 0;padding:0}.facts div{display:flex;gap:8px}.facts dt{color:var(--dim)}.facts dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
.pill{display:inline-block;background:var(--tone);color:var(--on);border-radius:999px;padding:1px 10px;font-size:12px;font-weight:650;line-height:1.6;white-space:nowrap}.pill::first-letter,.chip span::first-letter,.tiles span::first-letter{text-transform:uppercase}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;margin:0 0 12px;overflow:hidden}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}th{font-size:12px;color:var(--dim);font-weight:600;text-align:left}
th,td{padding:9px 14px;border-top:1px solid var(--line);vertical-align:top}thead th{border-top:0}td.num,th.num{text-align:right;font-variant-numeric:tabular-nums}
.res summary{cursor:pointer;display:flex;flex-wrap:wrap;gap:6px 10px;align-items:center;padding:12px 16px;list-style:none}
.res summary::-webkit-details-marker{display:none}.res summary::before{content:"";width:7px;height:7px;border:solid var(--dim);border-width:0 2px 2px 0;transform:rotate(-45deg);margin-right:4px;flex:none}
.res[open]>summary::before{transform:rotate(45deg)}.res[open]>summary{border-bottom:1px solid var(--line)}
.res{content-visibility:auto;contain-intrinsic-size:auto 260px}
.kind{color:var(--dim)}.name{font-weight:650;overflow-wrap:anywhere}.counts{display:inline-flex;gap:5px}.file{margin-left:auto;font-size:13px;color:var(--dim);overflow-wrap:anywhere}
.res table{table-layout:fixed}.res th:nth-child(1){width:128px}.res th:nth-child(3){width:31%}.res th:nth-child(4){width:25%}
.res td{overflow-wrap:anywhere}.what b{display:block;font-weight:620}.what p{margin:2px 0 0}.ctl{font-size:13px}.where code{display:inline-block;margin-bottom:3px}.where i{color:var(--dim);font-style:normal;font-size:13px}
.fix p{margin:0 0 4px}.fix ul{margin:0;padding:0;list-style:none}.fix li{margin:0 0 3px}.dim{color:var(--dim)}
tr.ignored-row .what b,tr.ignored-row .what p{color:var(--dim)}
.filters{position:sticky;top:0;z-index:5;background:var(--bg);padding:10px 0 12px;display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center;border-bottom:1px solid var(--line);margin-bottom:14px}
.filters[hidden]{display:none}.filters input[type=search],.filters select{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:6px 10px;min-width:0}
.filters input[type=search]{flex:1 1 150px;max-width:320px}fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:6px}legend{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.chip{cursor:pointer;position:relative}.chip input{position:absolute;opacity:0;inset:0;margin:0;cursor:pointer}.chip span{display:block;border:1px solid var(--line);background:var(--card);border-radius:999px;padding:3px 12px;font-size:13px;color:var(--dim)}
.chip input:checked+span{background:var(--tone);border-color:var(--tone);color:var(--on);font-weight:600}.chip input:focus-visible+span{outline:3px solid var(--accent);outline-offset:2px}
.filters output{color:var(--dim);font-size:13px;font-variant-numeric:tabular-nums}.filters button{font:inherit;font-size:13px;background:none;border:0;color:var(--accent);cursor:pointer;padding:4px;text-decoration:underline}
[data-off]{display:none!important}
.empty{padding:24px;text-align:center;color:var(--dim)}
.ctlcard{padding:0 16px}.ctlcard>summary{cursor:pointer;padding:11px 0;display:flex;gap:10px;flex-wrap:wrap;align-items:center}.ctlcard>div{padding:0 0 14px 2px;max-width:76ch}.ctlcard h3{font-size:13px;color:var(--dim);margin:10px 0 2px;font-weight:600}.ctlcard p{margin:0 0 6px}.ctlcard ul{margin:0;padding-left:18px}
.ctlcard:target{outline:3px solid var(--accent)}
footer{margin-top:40px;color:var(--dim);font-size:13px}
@media (max-width:860px){.wrap{padding:0 14px 32px}.tiles{grid-template-columns:repeat(3,1fr)}.file{margin-left:0;flex-basis:100%}.res thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.res table,.res tbody,.res tr,.res td{display:block}.res td{border:0;padding:4px 16px}.res tr{border-top:1px solid var(--line);padding:8px 0;display:block}.filters{position:static}}
@media print{body{background:#fff;color:#000;font-size:11px}.filters,.skip{display:none}.card{break-inside:auto}tr,summary{break-inside:avoid}.pill,.tiles li::after{print-color-adjust:exact;-webkit-print-color-adjust:exact}.res{content-visibility:visible}a{color:inherit}.wrap{max-width:none;padding:0}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
)";

const std::string_view kScript = R"(
'use strict';
(() => {
  const form = document.getElementById('filters');
  if (!form) return;
  const blocks = [...document.querySelectorAll('.res')].map(el => ({el, ns: el.dataset.ns,
    rows: [...el.querySelectorAll('tbody>tr')].map(row => ({row, severity: row.dataset.s, status: row.dataset.t, text: null}))}));
  const search = form.elements.q, space = form.elements.ns, shown = form.querySelector('output');
  const none = document.getElementById('none');
  const total = blocks.reduce((sum, block) => sum + block.rows.length, 0);
  const checked = name => new Set([...form.querySelectorAll(`input[name=${name}]:checked`)].map(box => box.value));
  const hide = (el, off) => { if (off) el.dataset.off = ''; else delete el.dataset.off; };
  const apply = () => {
    const severities = checked('severity'), statuses = checked('status');
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const block of blocks) {
      let any = false;
      const here = space.value === '*' || block.ns === space.value;
      const title = words.length ? block.el.firstElementChild.textContent.toLowerCase() : '';
      for (const item of block.rows) {
        let on = here && severities.has(item.severity) && statuses.has(item.status);
        if (on && words.length) {
          item.text ??= item.row.textContent.toLowerCase();
          on = words.every(word => item.text.includes(word) || title.includes(word));
        }
        hide(item.row, !on);
        any ||= on;
        count += on ? 1 : 0;
      }
      hide(block.el, !any);
    }
    shown.textContent = count.toLocaleString('en') + ' of ' + total.toLocaleString('en');
    hide(none, count > 0);
  };
  let waiting = 0;
  const later = () => { clearTimeout(waiting); waiting = setTimeout(apply, 40); };
  form.addEventListener('input', later);
  form.addEventListener('submit', event => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(apply));
  document.getElementById('fold').addEventListener('click', event => {
    const open = event.target.dataset.open === '1';
    for (const block of blocks) block.el.open = open;
    event.target.dataset.open = open ? '0' : '1';
    event.target.textContent = open ? 'Fold all' : 'Unfold all';
  });
  document.addEventListener('keydown', event => {
    if (event.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); search.focus(); }
  });
  const reveal = () => { const at = location.hash && document.getElementById(location.hash.slice(1)); if (at && at.tagName === 'DETAILS') at.open = true; };
  addEventListener('hashchange', reveal);
  reveal();
  form.hidden = false;
  apply();
})();
)";
// clang-format on

const std::string_view kStyleHash = "TGzeY62bLNWWiHP952W+hyuFSY4/A/upkb4IN7EPoZc=";
const std::string_view kScriptHash = "1J/lBlh8f+4w0oBJbq/T2rOOGIaJ2kqDJHP7pLlqho4=";

}  // namespace yagura::report
