"""The style sheet of the HTML report: light and dark, on a screen and on paper.

Each text has a contrast of at least 4.5:1 with what is behind it; a test computes it.
https://www.w3.org/TR/WCAG22/#contrast-minimum
"""

from __future__ import annotations

LIGHT = {
    "page": "#f7f7f5", "card": "#ffffff", "line": "#dfe1e4", "text": "#1f2328", "muted": "#57606a",
    "link": "#0b5cad", "granted": "#176f35", "partial": "#875900", "denied": "#b3261e",
    "none": "#57606a", "unknown": "#6f42c1",
}  # fmt: skip
DARK = {
    "page": "#101316", "card": "#171b1f", "line": "#2f363d", "text": "#e4e7ea", "muted": "#a0a9b3",
    "link": "#7db7f5", "granted": "#5fc982", "partial": "#dda94b", "denied": "#ff8a80",
    "none": "#a0a9b3", "unknown": "#c4a1ff",
}  # fmt: skip
TEXTS = ("text", "muted", "link", "granted", "partial", "denied", "none", "unknown")
"""The colours of texts, on a page or on a card."""


def style_sheet() -> str:
    """Return the style sheet."""
    return (
        f":root{{color-scheme:light dark;{_variables(LIGHT)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}\n"
        f"{_RULES}"
        # Paper is white, whatever the screen is.
        f"@media print{{:root{{color-scheme:light;{_variables({**LIGHT, 'page': '#ffffff'})}}}\n"
        f"{_PRINT}}}\n"
    )


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


_RULES = """\
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);
 font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:82rem;margin:0 auto;padding:2.5rem 1.5rem 4rem}
h1{font-size:1.7rem;line-height:1.25;font-weight:650;margin:0 0 .25rem;letter-spacing:-.01em}
h2{font-size:1.15rem;font-weight:650;margin:2.5rem 0 .75rem}
h3{font-size:.95rem;font-weight:600;margin:1.1rem 0 .25rem}
p{margin:.25rem 0 .75rem;max-width:48rem}
a{color:var(--link);text-decoration:none}
a:hover,a:focus{text-decoration:underline}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
code{font:.86em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
 overflow-wrap:anywhere}
.muted,dt,caption,.no{color:var(--muted)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);
 white-space:nowrap}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px}
.granted{color:var(--granted)}.partial{color:var(--partial)}.denied{color:var(--denied)}
.none{color:var(--none)}.unknown{color:var(--unknown)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.25rem;margin:1.25rem 0}
dd{margin:0;overflow-wrap:anywhere}
.counts{display:flex;flex-wrap:wrap;gap:.75rem;list-style:none;margin:1.5rem 0 .75rem;padding:0}
.counts li{flex:1 1 9rem;padding:.75rem 1rem}
.counts strong{display:block;font-size:1.6rem;line-height:1.3;font-weight:600;
 font-variant-numeric:tabular-nums}
.bar{display:flex;height:.5rem;border-radius:99px;overflow:hidden;background:var(--line)}
.bar span{background:currentColor;opacity:.8}
.gaps{padding:.5rem 1.25rem;border-left:4px solid var(--unknown)}
.gaps ul{margin:.25rem 0 .75rem;padding-left:1.1rem}
.gaps li{overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.75rem 1rem 0}
th,td{text-align:left;vertical-align:top;padding:.4rem .65rem;
 border-bottom:1px solid var(--line)}
thead th{font-weight:600;font-size:.8rem;line-height:1.3;vertical-align:bottom;padding-top:.75rem}
tbody th{font-weight:500;overflow-wrap:anywhere;min-width:13rem}
tbody th .muted{display:block;font-weight:400;font-size:.8rem;line-height:1.3}
tbody tr:last-child>*{border-bottom:0}
tbody tr:hover{background:var(--page)}
td.v{white-space:nowrap}
.key{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.75rem 0;font-size:.85rem}
details{margin:.5rem 0}
summary{cursor:pointer;padding:.55rem 1rem;display:flex;flex-wrap:wrap;gap:0 .75rem;
 align-items:baseline}
summary::before{content:"▸";color:var(--muted);width:.8rem}
details[open]>summary::before{content:"▾"}
summary::-webkit-details-marker{display:none}
summary b{font-weight:600;overflow-wrap:anywhere}
.in{padding:0 1rem 1rem 2.55rem}
.in dl{margin:.25rem 0 .5rem;font-size:.9rem}
.in ul{list-style:none;margin:0;padding:0}
.in li{padding:.2rem 0 .2rem 1.3rem;text-indent:-1.3rem;font-size:.9rem}
.in li>*{text-indent:0}
.in li>b{display:inline-block;width:1.3rem;font-weight:400}
.in li div{color:var(--muted)}
footer{margin-top:2.5rem;color:var(--muted);font-size:.9rem}
@media (max-width:40rem){main{padding:1.5rem 1rem 3rem}dl{grid-template-columns:1fr;gap:0}
 dd{margin-bottom:.5rem}.in{padding-left:1rem}}
"""
_PRINT = """\
@page{margin:1.5cm}
body{font-size:10pt}
main{max-width:none;padding:0}
table{font-size:7.5pt}
th,td{padding:.25rem .35rem}
thead th{font-size:7pt}
tbody th{min-width:8rem}
tbody th .muted{font-size:7pt}
.wide{overflow:visible}
.card{border-radius:0}
tr,.counts li,.in li{break-inside:avoid}
h2,h3,summary{break-after:avoid}
details::details-content{content-visibility:visible;block-size:auto}
summary::before{content:none}
.bar span{print-color-adjust:exact;-webkit-print-color-adjust:exact}
a{color:inherit}
"""
