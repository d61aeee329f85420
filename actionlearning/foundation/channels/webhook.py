"""Copies to a group chat by its robot: WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书).

Each takes one JSON text message at a secret address; DingTalk and Feishu may ask for a signature.
All answer 200 even to a message they refuse: the code in the body decides.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from actionlearning.foundation.channels.delivery import SendFailed
from actionlearning.foundation.channels.outbound import post_json

# Bytes of UTF-8 that the robots take; the JSON around the text counts for Feishu.
WECOM_LIMIT = 2048
DINGTALK_LIMIT = 18_000
FEISHU_LIMIT = 18_000

# Too often, or busy: the same message may go through later. Every other code stays as it is.
WECOM_LATER = frozenset({-1, 45009, 45033})
DINGTALK_LATER = frozenset({-1, 130101, 410100, 90030})
FEISHU_LATER = frozenset({11232, 11233, 230020, 99991400})


def send_wecom(address: str, secret: str, *, key: str, subject: str, text: str) -> None:
    """The key in the address is the only secret; `secret` is not used."""
    answer = post_json(address, wecom_body(_joined(subject, text)), key=key)
    _check("WeCom", answer, "errcode", WECOM_LATER)


def send_dingtalk(address: str, secret: str, *, key: str, subject: str, text: str) -> None:
    url = dingtalk_url(address, secret, at=time.time())
    answer = post_json(url, dingtalk_body(_joined(subject, text)), key=key)
    _check("DingTalk", answer, "errcode", DINGTALK_LATER)


def send_feishu(address: str, secret: str, *, key: str, subject: str, text: str) -> None:
    body = feishu_body(_joined(subject, text), secret, at=time.time())
    _check("Feishu", post_json(address, body, key=key), "code", FEISHU_LATER)


def wecom_body(text: str) -> dict[str, object]:
    return {"msgtype": "text", "text": {"content": _cut(text, WECOM_LIMIT)}}


def dingtalk_body(text: str) -> dict[str, object]:
    return {
        "msgtype": "text",
        "text": {"content": _cut(text, DINGTALK_LIMIT)},
        "at": {"isAtAll": False},
    }


def feishu_body(text: str, secret: str, *, at: float) -> dict[str, object]:
    # Tags in a text are obeyed there: whoever typed <at user_id="all"> would call everybody.
    harmless = text.replace("<", "＜").replace(">", "＞")
    body: dict[str, object] = {
        "msg_type": "text",
        "content": {"text": _cut(harmless, FEISHU_LIMIT)},
    }
    if secret:
        timestamp = str(int(at))
        body["timestamp"] = timestamp
        # Unlike everywhere else the string is the key, and nothing is signed with it.
        body["sign"] = _signature(f"{timestamp}\n{secret}", "")
    return body


def dingtalk_url(address: str, secret: str, *, at: float) -> str:
    """The address with time (milliseconds) and signature; unchanged without a secret."""
    if not secret:
        return address
    timestamp = str(int(at * 1000))
    signature = _signature(secret, f"{timestamp}\n{secret}")
    separator = "&" if "?" in address else "?"
    return f"{address}{separator}{urlencode({'timestamp': timestamp, 'sign': signature})}"


def _signature(key: str, content: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), content.encode(), hashlib.sha256)).decode()


def _joined(subject: str, text: str) -> str:
    return f"{subject}\n{text}" if subject else text


def _cut(text: str, limit: int) -> str:
    content = text.encode()
    if len(content) <= limit:
        return text
    return content[: limit - 3].decode(errors="ignore") + "…"


def _check(robot: str, answer: Mapping[str, object], field: str, later: frozenset[int]) -> None:
    code = answer.get(field)
    if code != 0:
        raise SendFailed(f"{robot} answered {field} {code}", permanent=code not in later)
