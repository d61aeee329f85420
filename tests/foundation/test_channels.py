import json
import smtplib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends import locmem

from actionlearning.foundation.channels import CHANNELS, SendFailed, email, outbound, webhook
from actionlearning.foundation.channels.outbound import check_url, is_public, post_json

ROBOTS = ["wecom", "dingtalk", "feishu"]
KEY = "obligation-7:v2:overdue:li"
# Reckoned with `openssl dgst -sha256`: DingTalk signs time and secret with the secret, Feishu signs
# nothing with time and secret.
DINGTALK_SIGN = "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="
FEISHU_SIGN = "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


class Robot(BaseHTTPRequestHandler):
    """Answers every message as told and remembers it."""

    answer: ClassVar[tuple[int, dict[str, str], bytes]] = (200, {}, b"{}")
    delay: ClassVar[float] = 0
    seen: ClassVar[list[tuple[str, dict[str, str], Any]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, dict(self.headers), json.loads(body)))
        status, headers, content = self.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for byte in [content] if not self.delay else [content[:1]] * 100:
            time.sleep(self.delay)
            self.wfile.write(byte)
            self.wfile.flush()

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *args: object) -> None:
        """Silent."""


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests want."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[int]:
    server = Quiet(("127.0.0.1", 0), Robot)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def robot(settings, monkeypatch) -> Iterator[str]:
    settings.AL_WEBHOOK_ALLOW_LOOPBACK = True
    monkeypatch.setattr(Robot, "answer", (200, {}, b'{"errcode": 0, "code": 0}'))
    monkeypatch.setattr(Robot, "seen", [])
    with serving() as port:
        yield f"http://127.0.0.1:{port}/hook?access_token=abc"


def send(name: str, address: str, secret: str = "") -> None:
    CHANNELS[name].send(address, secret, key=KEY, subject="Due", text="Report by noon")


@pytest.mark.parametrize("name", ROBOTS)
def test_robot_gets_one_text_with_the_key(robot, name):
    send(name, robot)

    [(path, headers, body)] = Robot.seen
    assert path == "/hook?access_token=abc"
    assert headers["Idempotency-Key"] == KEY
    assert headers["Content-Type"].startswith("application/json")
    text = "Due\nReport by noon"
    assert (
        body
        == {
            "wecom": {"msgtype": "text", "text": {"content": text}},
            "dingtalk": {"msgtype": "text", "text": {"content": text}, "at": {"isAtAll": False}},
            "feishu": {"msg_type": "text", "content": {"text": text}},
        }[name]
    )


def test_dingtalk_signs_the_address(robot):
    send("dingtalk", robot, "SECabc")

    query = parse_qs(urlsplit(Robot.seen[0][0]).query)
    assert query["access_token"] == ["abc"]
    moment = int(query["timestamp"][0]) / 1000
    assert robot.partition("?")[2] + "&" in webhook.dingtalk_url(robot, "SECabc", at=moment)
    assert abs(moment - time.time()) < 60


def test_signatures_are_those_of_the_published_algorithms():
    url = webhook.dingtalk_url("https://x/send?access_token=a", "this is secret", at=1577262236.757)
    body = webhook.feishu_body("hi", "demo", at=1599360473)

    assert parse_qs(urlsplit(url).query)["timestamp"] == ["1577262236757"]
    assert parse_qs(urlsplit(url).query)["sign"] == [DINGTALK_SIGN]
    assert (body["timestamp"], body["sign"]) == ("1599360473", FEISHU_SIGN)


@pytest.mark.parametrize(
    ("name", "answer", "permanent"),
    [
        ("wecom", b'{"errcode": 93000, "errmsg": "invalid webhook url"}', True),
        ("wecom", b'{"errcode": 45009, "errmsg": "api freq out of limit"}', False),
        ("dingtalk", b'{"errcode": 310000, "errmsg": "sign not match"}', True),
        ("dingtalk", b'{"errcode": 130101, "errmsg": "send too fast"}', False),
        ("feishu", b'{"code": 19021, "msg": "sign match fail"}', True),
        ("feishu", b'{"code": 11232, "msg": "frequency limited"}', False),
        ("feishu", b"{}", True),
        ("wecom", b"[]", True),
        ("wecom", b"<html>sign in</html>", True),
        ("wecom", b"\xff\xfe", True),
    ],
)
def test_the_code_in_the_body_decides(robot, monkeypatch, name, answer, permanent):
    monkeypatch.setattr(Robot, "answer", (200, {}, answer))

    with pytest.raises(SendFailed) as problem:
        send(name, robot)

    assert problem.value.permanent is permanent
    assert "abc" not in problem.value.reason


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(404, True), (403, True), (429, False), (408, False), (500, False), (503, False)],
)
def test_the_status_decides_before_the_body(robot, monkeypatch, status, permanent):
    monkeypatch.setattr(Robot, "answer", (status, {}, b'{"errcode": 0}'))

    with pytest.raises(SendFailed) as problem:
        send("wecom", robot)

    assert problem.value.permanent is permanent


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(robot, monkeypatch, status):
    monkeypatch.setattr(Robot, "answer", (status, {"Location": robot + "&again=1"}, b""))

    with pytest.raises(SendFailed) as problem:
        send("wecom", robot)

    assert problem.value.permanent
    assert len(Robot.seen) == 1


def test_a_long_answer_is_not_read_to_its_end(robot, monkeypatch):
    monkeypatch.setattr(Robot, "answer", (200, {}, b" " * 5_000_000))

    with pytest.raises(SendFailed, match="too much"):
        send("wecom", robot)


def test_a_slow_answer_is_cut(robot, monkeypatch):
    monkeypatch.setattr(outbound, "TIMEOUT", 0.5)
    monkeypatch.setattr(Robot, "delay", 0.1)
    began = time.monotonic()

    with pytest.raises(SendFailed) as problem:
        send("wecom", robot)

    assert not problem.value.permanent
    assert time.monotonic() - began < 2


def test_nobody_at_home_may_be_tried_again(robot):
    with socket.socket() as idle:
        idle.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{idle.getsockname()[1]}/"

        with pytest.raises(SendFailed) as problem:
            send("wecom", closed)

    assert not problem.value.permanent


INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192",
    "168.63.129.16", "198.18.0.1", "192.0.2.1", "198.51.100.7", "203.0.113.7", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd00:ec2::254", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "::ffff:0:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::",
    "2002:a00:1::1", "2001:0:7f00:1::", "fec0::1", "nonsense", "",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", INSIDE)
def test_private_addresses_are_refused(address):
    assert not is_public(address)

    with pytest.raises(SendFailed) as problem:
        post_json("https://robot.example/", {}, key=KEY, resolve=lambda host, port: [address])

    assert problem.value.permanent


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_pass(address):
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]"])
def test_loopback_is_refused_in_any_writing(host):
    with pytest.raises(SendFailed) as problem:
        post_json(f"https://{host}/", {}, key=KEY)

    assert "not in the open internet" in problem.value.reason or not problem.value.permanent


def test_one_private_answer_among_public_ones_is_refused():
    with pytest.raises(SendFailed) as problem:
        post_json("https://a.example/", {}, key=KEY, resolve=lambda *_: ["8.8.8.8", "10.0.0.1"])

    assert problem.value.permanent


def test_the_switch_for_tests_opens_nothing_but_loopback(settings):
    settings.AL_WEBHOOK_ALLOW_LOOPBACK = True

    for address in ("10.0.0.1", "169.254.169.254", "127.0.0.2", "::1"):
        with pytest.raises(SendFailed, match="open internet"):
            post_json("http://a.example/", {}, key=KEY, resolve=lambda *_, at=address: [at])
    with pytest.raises(SendFailed, match="not encrypted"):
        post_json("http://a.example/", {}, key=KEY, resolve=lambda *_: ["8.8.8.8"])


def test_a_host_is_resolved_once_and_connected_where_it_was_checked(robot):
    """A name server that answers otherwise the second time gets no second time."""
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    url = robot.replace("127.0.0.1", "rebinding.example")
    post_json(url, {}, key=KEY, resolve=rebinding)

    assert asked == ["rebinding.example"]
    assert Robot.seen[0][1]["Host"].startswith("rebinding.example:")


def test_an_unknown_host_may_be_tried_again():
    def nothing(host: str, port: int) -> list[str]:
        raise socket.gaierror

    with pytest.raises(SendFailed) as problem:
        post_json("https://a.example/", {}, key=KEY, resolve=nothing)

    assert not problem.value.permanent


@pytest.mark.parametrize(
    "url",
    [
        "", "robot", "http://robot.example/", "ftp://robot.example/", "file:///etc/passwd",
        "https://", "https:///path", "https://user:word@robot.example/", "https://a.example\\@10.0.0.1/",
        "https://robot.example:99999/", "https://robot.example:x/", "https://a..example/",
        "https://robot.example/a b", "https://robot.example/\u5bc6", "gopher://127.0.0.1:6379/_",
    ],
)  # fmt: skip
def test_check_url_refuses(url):
    with pytest.raises(ValidationError):
        check_url(url)
    with pytest.raises(SendFailed):
        post_json(url, {}, key=KEY, resolve=lambda *_: ["8.8.8.8"])


def test_check_url_accepts_what_the_makers_hand_out():
    check_url("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1-2-3")
    check_url("https://oapi.dingtalk.com/robot/send?access_token=1")
    check_url("https://open.feishu.cn/open-apis/bot/v2/hook/1-2-3")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = str(folder / "key.pem"), str(folder / "cert.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=robot.example",
         "-addext", "subjectAltName=DNS:robot.example"],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, cert


@pytest.fixture
def secure_robot(robot, certificate) -> Iterator[tuple[int, list[str]]]:
    """Its port, and the names under which it was called."""
    key, cert = certificate
    names: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with serving(context) as port:
        yield port, names


def test_tls_calls_the_host_by_its_name(secure_robot, certificate, monkeypatch):
    port, names = secure_robot
    monkeypatch.setenv("SSL_CERT_FILE", certificate[1])

    post_json(f"https://robot.example:{port}/", {}, key=KEY, resolve=lambda *_: ["127.0.0.1"])

    assert (len(Robot.seen), names) == (1, ["robot.example"])


@pytest.mark.parametrize(("host", "trusted"), [("other.example", True), ("robot.example", False)])
def test_tls_refuses_a_certificate(secure_robot, certificate, monkeypatch, host, trusted):
    port, _ = secure_robot
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", certificate[1])

    with pytest.raises(SendFailed, match="SSLCertVerificationError"):
        post_json(f"https://{host}:{port}/", {}, key=KEY, resolve=lambda *_: ["127.0.0.1"])

    assert Robot.seen == []


def test_texts_are_cut_to_what_a_robot_takes():
    text = "督" * 20_000
    wecom = webhook.wecom_body(text)["text"]["content"]
    dingtalk = webhook.dingtalk_body(text)["text"]["content"]

    assert wecom.endswith("督…")
    assert len(wecom.encode()) <= 2048
    assert len(dingtalk.encode()) <= 20_000
    assert (
        len(json.dumps(webhook.feishu_body(text, "s", at=1), ensure_ascii=False).encode()) < 20_000
    )


def test_nobody_is_called_by_a_tag_in_a_text():
    body = webhook.feishu_body('<at user_id="all"></at>', "", at=1)

    assert "<" not in body["content"]["text"]


def test_keys_that_fit_no_header_are_escaped(robot):
    post_json(robot, {}, key="键\r\nX-Evil: 1")

    assert Robot.seen[0][1]["Idempotency-Key"] == "%E9%94%AE%0D%0AX-Evil: 1"


def test_mail_has_the_same_message_id_at_each_try(settings):
    settings.DEFAULT_FROM_EMAIL = "Office <office@example.org>"
    for _ in range(2):
        CHANNELS["email"].send("li@example.org", "", key=KEY, subject="A\r\nBcc: x@y.z", text="T")
    CHANNELS["email"].send("li@example.org", "", key="other", subject="A", text="T")

    first, second, third = [sent.message() for sent in mail.outbox]
    assert first["Message-ID"] == second["Message-ID"] != third["Message-ID"]
    assert first["Message-ID"].endswith("@example.org>")
    assert (first["Subject"], first["To"], first["Bcc"]) == ("A Bcc: x@y.z", "li@example.org", None)
    assert first.get_content_type() == "text/plain"
    assert first["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("address", ["", "li", "a@b.c, d@e.f", "li@example.org\nBcc: x@y.z"])
def test_mail_refuses_what_is_no_address(address):
    with pytest.raises(SendFailed) as problem:
        email.send(address, "", key=KEY, subject="A", text="T")

    assert problem.value.permanent
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (smtplib.SMTPRecipientsRefused({"li@example.org": (550, b"unknown")}), True),
        (smtplib.SMTPRecipientsRefused({"li@example.org": (450, b"busy")}), False),
        (smtplib.SMTPDataError(554, b"spam"), True),
        (smtplib.SMTPDataError(451, b"later"), False),
        (smtplib.SMTPAuthenticationError(535, b"no"), False),
        (smtplib.SMTPServerDisconnected(), False),
        (ConnectionRefusedError(), False),
        (TimeoutError(), False),
    ],
)
def test_mail_tells_apart_what_may_be_tried_again(monkeypatch, error, permanent):
    def fail(*args: object) -> int:
        raise error

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", fail)

    with pytest.raises(SendFailed) as problem:
        email.send("li@example.org", "", key=KEY, subject="A", text="T")

    assert problem.value.permanent is permanent


def test_channels_are_listed_under_their_names():
    assert list(CHANNELS) == ["email", *ROBOTS]
    assert [channel.name for channel in CHANNELS.values()] == list(CHANNELS)
