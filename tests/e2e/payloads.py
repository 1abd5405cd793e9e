"""Forty ways in which text becomes code on careless pages. Each tries to set `window.__pwned`."""

_DO = "window.__pwned=1"
_ENTITIES = "&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;"

PAYLOADS = (
    # HTML that runs by itself
    f"<script>{_DO}</script>",
    f"<ScRiPt>{_DO}</sCrIpT>",
    '<script src="/pwned.js"></script>',
    f'<img src="/pwned.png" onerror="{_DO}">',
    f"<img src=x onerror={_DO}>",
    f'<svg onload="{_DO}"></svg>',
    f"<svg><script>{_DO}</script></svg>",
    f"<svg><animate onbegin={_DO} attributeName=x dur=1s></svg>",
    f'<body onload="{_DO}">',
    f"<details open ontoggle={_DO}><summary>x</summary></details>",
    f'<input autofocus onfocus="{_DO}">',
    f"<video><source onerror={_DO}></video>",
    f'<audio src="/pwned.mp3" onerror="{_DO}"></audio>',
    f'<iframe srcdoc="<script>parent.{_DO.removeprefix("window.")}</script>"></iframe>',
    f'<iframe src="javascript:parent.{_DO.removeprefix("window.")}"></iframe>',
    '<iframe src="/pwned"></iframe>',
    '<object data="/pwned.svg"></object>',
    '<embed src="/pwned.svg">',
    '<link rel="stylesheet" href="/pwned.css">',
    '<style>@import "/pwned.css";</style>',
    '<div style="background:url(/pwned.png)">x</div>',
    '<meta http-equiv="refresh" content="0;url=/pwned">',
    f"<math><mtext><table><mglyph><style><img src=x onerror={_DO}>",
    f'<noscript><p title="</noscript><img src=x onerror={_DO}>">',
    f"<!--><img src=x onerror={_DO}>-->",
    f"<![CDATA[><img src=x onerror={_DO}>]]>",
    f"</textarea></title></style></script><img src=x onerror={_DO}>",
    f'"><img src=x onerror={_DO}>',
    f"`\n```html\n<img src=x onerror={_DO}>\n",
    f"| a |\n|---|\n| <img src=x onerror={_DO}> |\n",
    # Markdown that runs when a link is followed, or loads what it names
    f"[follow](javascript:{_DO})",
    f"[follow](JaVaScRiPt:{_DO})",
    f"[follow]({_ENTITIES}{_DO})",
    f"[follow](java\tscript:{_DO})",
    f"[follow](<javascript:{_DO}>)",
    f"[follow][1]\n\n[1]: javascript:{_DO}",
    f"<javascript:{_DO}>",
    f"[follow](data:text/html,<script>opener.{_DO}</script>)",
    f'[follow](https://example.com/" onmouseover="{_DO})',
    "![picture](/pwned.png)",
)
