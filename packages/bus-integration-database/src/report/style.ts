// How a report looks: on light and dark screens, on paper, on a telephone. No font, picture or script from elsewhere.
import { createHash } from 'node:crypto';

export const style = `
:root{color-scheme:light dark;--page:#fff;--card:#f6f7f9;--line:#c9ced6;--text:#1b1f24;--dim:#525a66;--link:#0a58b0;
--good:#12652f;--good-bg:#d8f3e0;--warn:#774600;--warn-bg:#fdeac2;--bad:#a3121f;--bad-bg:#fbdcdd;--info:#1d4f91;--info-bg:#dce9fb;--bar:#3572b8;--rest:#dde2e9}
@media (prefers-color-scheme:dark){:root{--page:#14171c;--card:#1d2229;--line:#3d4550;--text:#e8ebef;--dim:#a9b2be;--link:#86b8f5;
--good:#8fe0a9;--good-bg:#16351f;--warn:#f6cc7d;--warn-bg:#3d2c0a;--bad:#ffb0b2;--bad-bg:#4a171b;--info:#a9cbf7;--info-bg:#1a2f4c;--bar:#6ba3e6;--rest:#353d48}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0 auto;max-width:80rem;padding:1rem;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2.5rem 0 .5rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}h3{font-size:1rem;margin:1.25rem 0 .4rem}
p{margin:.4rem 0}.dim{color:var(--dim)}a{color:var(--link)}
nav ul,.plain{list-style:none;padding:0;margin:.5rem 0}nav li{display:inline-block;margin:0 1rem .25rem 0}.plain li{margin:.3rem 0}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.verdict{border:1px solid var(--line);border-left:.5rem solid var(--line);background:var(--card);padding:.75rem 1rem;border-radius:.25rem}
.verdict.ok{border-left-color:var(--good)}.verdict.work,.verdict.unknown{border-left-color:var(--warn)}.verdict.failed{border-left-color:var(--bad)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.6rem 0}dt{color:var(--dim)}dd{margin:0}
@media (max-width:36rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.35rem}}
.chip{display:inline-block;padding:0 .45rem;border-radius:.25rem;font-size:.875rem;font-weight:600;white-space:nowrap;border:1px solid currentColor;background:var(--card)}
.ok,.good{color:var(--good)}.chip.ok,.chip.good{background:var(--good-bg)}.chip.info{color:var(--info);background:var(--info-bg)}
.chip.warn,.chip.unknown,.chip.work{color:var(--warn);background:var(--warn-bg)}.chip.fail,.chip.failed{color:var(--bad);background:var(--bad-bg)}
.verdict.ok,.verdict.good{color:inherit}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.9375rem}caption{text-align:left;color:var(--dim);padding-bottom:.3rem}
th,td{border:1px solid var(--line);padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:break-word}th{background:var(--card);font-weight:600}
td.num{text-align:right;font-variant-numeric:tabular-nums}
td.differs{background:var(--warn-bg)}tr.stranger th{font-style:italic}
summary{cursor:pointer}details>:not(summary){margin-left:1rem}td details{min-width:6rem}td details[open]{min-width:16rem}
pre{background:var(--card);border:1px solid var(--line);padding:.5rem;margin:.35rem 0;font-size:.875rem;white-space:pre-wrap;overflow-wrap:anywhere;-webkit-user-select:all;user-select:all}
code{font-size:.9em}
.finding{border-left:.25rem solid var(--line);padding-left:.75rem;margin:.75rem 0}.finding p{margin:.2rem 0}
svg{display:block}svg text{fill:var(--text);font:13px system-ui,sans-serif}svg .dim{fill:var(--dim)}svg .box{fill:var(--card);stroke:var(--line)}
svg .mine{stroke:var(--link);stroke-width:1.5}svg .edge{fill:none;stroke:var(--dim);stroke-width:1.2}svg .broken{stroke-dasharray:5 4}svg .bar{fill:var(--bar)}svg .rest{fill:var(--rest)}svg .over{fill:var(--bad)}svg .axis{stroke:var(--line)}
svg .w1{fill:var(--info)}svg .w2{fill:var(--good)}svg .w3{fill:var(--warn)}svg .w4{fill:var(--bad)}svg .w0{fill:var(--dim)}
footer{margin-top:3rem;color:var(--dim);font-size:.875rem}
@media print{body{max-width:none;padding:0}nav{display:none}.scroll{overflow:visible}.scroll>svg{max-width:100%;height:auto}th,td{overflow-wrap:anywhere}details::details-content{content-visibility:visible;display:block;block-size:auto}h2{break-after:avoid}.finding,tr{break-inside:avoid}}
`;

/** What a page of this style may load and do: nothing, but for the style itself. */
export const reportPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
