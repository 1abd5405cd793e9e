"""Texts that break what handles text carelessly."""

from hypothesis import strategies as st

ODDITIES = (
    "\0",
    "\ud83d",
    "\ude00",
    "\ude00\ud83d",
    "\udcff",
    "\ufffe\uffff\U0001fffe\ufdd0",
    "\U0010ffff",
    "\u202e\u2066\u2067\u202b",
    "\u2028\u2029\x85\x0b\x0c\x1c\x1e",
    "\x1b[31m\x07\x08\x7f",
    "\ufeff",
    "a" + "\u0300" * 300,
    "👩\u200d👩\u200d👧\u200d👦",
    "\U000e0041\U000e007f",
    "\r\n\r\n",
    "\n\ndata: {}\n\n",
    '</script><img src=x onerror=alert(1)>"',
    "'\"\\`${{}}%s%n",
    "../../../etc/passwd",
    "\\ud83d\\u0000\\",
    "%00%ed%a0%bd%2e%2e%2f",
    "【0:0†source】",
    "٣٤۵Ⅷ²",
    "İıßŉﬁ",
    "]]>--><!--",
    "NEAR( * \" ' OR - ^ :",
)
"""Every one of them has broken some program."""

_characters = st.characters(exclude_categories=()) | st.sampled_from(ODDITIES)

poison = st.builds(
    lambda text, times: text * times,
    st.lists(_characters, min_size=1, max_size=8).map("".join),
    st.sampled_from((1, 1, 1, 70, 3_000)),
)
"""Any text of at least one character, half surrogate pairs included."""

HUGE = ("x" * 10_000_000, "e\u0301\u202e" * 1_500_000, "\ud83d" * 1_600_000, "[" * 5_000_000)
"""Of five to ten megabytes."""

current = [""]
"""What the functions in `functions/` say."""
