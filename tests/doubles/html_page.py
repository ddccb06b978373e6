"""The page that a double shows to people: no resource of others, and a fresh look each 2 s."""

import base64
import hashlib
import unicodedata
from html import escape

from tests.doubles.http_call import Answer

SCRIPT = """
let seen = document.querySelector("main").innerHTML; // not what is shown: <details> may be open
setInterval(async () => {
  try {
    const text = await (await fetch(location.href, {cache: "no-store"})).text();
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("main");
    document.body.classList.remove("stale");
    if (fresh.innerHTML === seen) return;
    document.querySelector("main").innerHTML = seen = fresh.innerHTML;
  } catch { document.body.classList.add("stale"); }
}, 2000);
"""
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d7dce3, #353c47);
  --soft: light-dark(#5a6472, #9aa5b4); --card: light-dark(#ffffff, #1c2129);
  --back: light-dark(#f3f5f8, #12161c); --text: light-dark(#1a2029, #e6eaf0);
  --good: light-dark(#13703c, #5fd08d); --bad: light-dark(#b3261e, #ff8a80);
  --busy: light-dark(#0b57a4, #7db7f5); --over: light-dark(#5a6472, #9aa5b4); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
header, main { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.5rem; padding-bottom: .5rem; }
h1 { font-size: 1.35rem; margin: 0; }
header p, .soft { color: var(--soft); margin: .15rem 0 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: .9rem 1.1rem; margin: .8rem 0; }
.mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .86em; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 1rem;
  padding: 0 .6rem; font-size: .82rem; font-weight: 600; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); }
.busy { color: var(--busy); } .over { color: var(--over); }
dl { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: .1rem 1rem;
  margin: .5rem 0 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.stale header::after { content: "The double does not answer. It may have been stopped.";
  color: var(--bad); }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .4rem; } }
"""


def text_html(text: str) -> str:
    """Text of others as HTML. Characters that nobody sees, and that turn or hide what stands beside
    them, are shown as their code."""
    return "".join(
        f'<span class="bad mono">U+{ord(each):04X}</span>'
        if unicodedata.category(each) in UNSEEN and each not in "\n\t"
        else escape(each)
        for each in text
    )


def page(title: str, explanation: str, main: str, style: str = "") -> Answer:
    """`main` and `style` are HTML and CSS of ours. What came from others was escaped in them."""
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}';"
        " connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    text = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,">'
        f"<style>{STYLE}{style}</style></head><body><header><h1>{escape(title)}</h1>"
        f"<p>{escape(explanation)}</p></header><main>{main}</main>"
        f"<script>{SCRIPT}</script></body></html>"
    )
    headers = {"Content-Type": "text/html;charset=UTF-8", "Content-Security-Policy": policy}
    return Answer(200, text.encode(), headers | {"Cache-Control": "no-store"})
