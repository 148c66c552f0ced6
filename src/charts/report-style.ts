/** The style of the report. */
export const STYLE = `
:root { --paper: #ffffff; --ink: #1f2933; --soft: #52606d; --line: #d9dee3; --tile: #f5f7f9; --alarm: #cc3d12; --note: #b26a00 }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181d; --ink: #e4e7eb; --soft: #a3adb8; --line: #333c46; --tile: #1d232a; --alarm: #ff7a4d; --note: #f0b23c }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 Roboto, system-ui, "Segoe UI", Helvetica, Arial, sans-serif }
main { max-width: 920px; margin: 0 auto; padding: 32px 24px 64px }
h1 { font-size: 26px; line-height: 1.25; margin: 0; overflow-wrap: anywhere }
h2 { font-size: 18px; margin: 40px 0 12px; padding-bottom: 6px; border-bottom: 1px solid var(--line) }
h3 { font-size: 14px; margin: 20px 0 6px }
.subtitle, .detail { color: var(--soft) }
.subtitle { margin: 4px 0 0 }
.detail { font-size: 13px }
.banner { margin: 20px 0 0; padding: 10px 14px; border: 1px solid; border-left-width: 6px; border-radius: 6px }
.banner.alarm { border-color: var(--alarm) }
.banner.note { border-color: var(--note) }
.banner strong { letter-spacing: 0.04em; margin-right: 6px }
.banner.alarm strong { color: var(--alarm) }
.banner.note strong { color: var(--note) }
.headline { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 24px }
.tile { display: flex; flex-direction: column; padding: 12px 16px; background: var(--tile); border-radius: 8px }
.tile .name { font-size: 13px; color: var(--soft); overflow-wrap: anywhere }
.tile .value { font-size: 26px; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums }
.charts { display: grid; grid-template-columns: 1fr 1fr; gap: 20px }
figure { margin: 0 }
figure.wide { grid-column: 1 / -1 }
figure svg { display: block; width: 100%; height: auto }
figure.half svg { max-width: 420px }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top }
th { font-weight: 600; color: var(--soft); font-size: 13px }
td { white-space: nowrap }
td:last-child { white-space: normal; min-width: 11em }
dl { display: grid; grid-template-columns: minmax(120px, max-content) 1fr; gap: 6px 24px; margin: 0 }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
ul { margin: 0; padding-left: 20px }
@media (max-width: 640px) { .charts { grid-template-columns: 1fr } dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: 8px } }
@media print {
  :root { --paper: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --tile: #ffffff; --alarm: #a32c08; --note: #7a4800 }
  main { max-width: none; padding: 0 }
  .tile { border: 1px solid var(--line) }
  figure, tr, .banner, .tile { break-inside: avoid }
  h2, h3 { break-after: avoid }
}
`
