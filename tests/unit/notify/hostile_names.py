"""Names that want to be more than names, in the markup of one of the channels or in all of them."""

MENTIONS = (
    "<!channel>",
    "<!here|here>.csv",
    "<!subteam^S012AB3CD>",
    "<@U012AB3CD> report",
    "<#C012AB3CD|general>",
    "@channel @here @everyone",
    "<at>Anna Berg</at>",
    "&lt;!channel&gt;",
    "<!date^1392734382^{date}|x>",
)
MARKDOWN = (
    "*bold*_italic_~gone~`code`",
    "**very** __bold__.csv",
    "[report.csv](https://evil.example/x)",
    "![pixel](https://evil.example/p.png)",
    "<https://evil.example/x|report.csv>",
    "# Heading",
    "- list",
    "1. first",
    "> quoted",
    "```block```",
    "a | b | c",
    "\\*escaped\\*",
    ":skull: :tada:",
    "{{DATE(2017-02-14T06:00:00Z, SHORT)}}",
    "{{{DATE(2017-02-14T06:00:00Z)}}}",
    "${expression} @{outputs('x')} %0A",
)
LINKS = (
    "https://evil.example/login?next=1",
    "evil.com",
    "www.evil.example",
    "mailto:anna@evil.example",
    "anna@evil.example",
    "javascript:alert(1)",
    "\\\\evil.example\\share\\x",
)
HTML = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><a href="https://evil.example">x</a>',
    "' onmouseover='x",
    "</td></table><h1>owned</h1>",
    "<!-- comment",
    "&amp;&#60;b&#62;",
)
HEADERS = (
    "a\r\nBcc: all@evil.example",
    "a\nX-Injected: 1\n\n<h1>body</h1>",
    "a\u2028Bcc: x",
    "a\u2029b",
    "a\u0085b",
    "a\x0bb\x0cc",
    "=?utf-8?q?evil?=",
)
UNSEEN = (
    "invoice\u202egpj.exe",
    "a\u2066b\u2069c\u200fd",
    "re\u200bport\u2060.csv",
    "soft\u00adhyphen",
    "\ufeffbom",
    "tag\U000e0041\U000e0042",
    "null\x00byte",
    "esc\x1b[31mred\x1b[0m",
    "half\ud800pair",
    "\udc00",
    "private\ue000use",
    "no\u00a0break\u3000wide",
    "\u3164",
    "filler\u2800",
)
MARKS = ("z" + "\u0335\u0300\u0301\u0302" * 100 + "algo.csv", "\u0301" * 50)
LONG = (
    "x" * 1_000 + ".csv",
    "wide" + "\U0001f600" * 250 + ".csv",
    "word " * 200,
    "a.b." * 250,
    "<" * 1_000,
    "&" * 1_000,
    '"\\' * 500,
    "\u202e" * 300,
)
SHORT = (".", "..", " ", "/", "a/", "*", "_", "<", "&", "`")

HOSTILE = (
    *(*MENTIONS, *MARKDOWN, *LINKS, *HTML, *HEADERS),
    *(*UNSEEN, *MARKS, *LONG, *SHORT),
)
# Names that people really use. They are shown as they are.
PEACEFUL = (
    "report 2026-09 (final).csv",
    "Überweisung_März.pdf",
    "日本語のファイル.txt",
    "Ελληνικά.docx",
    "photo ❤️.jpg",
    "family 👨‍👩‍👧.png",
    "tiếng Việt.txt",
    "हिन्दी.txt",
    "100% [draft] #3 & more.md",
)
