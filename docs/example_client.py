"""Pulls briefings into a folder: python example_client.py https://server TOKEN FOLDER, every few minutes."""

import json
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

server, token, kept = sys.argv[1].rstrip("/"), sys.argv[2], Path(sys.argv[3], "state.json")
state = json.loads(kept.read_bytes()) if kept.exists() else {"cursor": "", "series": [], "tags": {}}


def get(path: str, tag: str = "") -> tuple:
    headers = {"Authorization": f"Bearer {token}", "If-None-Match": tag}
    try:
        asked = Request(f"{server}/api/v1/briefings/{path}", headers=headers)
        with urlopen(asked, timeout=30) as answer:
            return answer.status, json.load(answer), answer.headers["ETag"]
    except HTTPError as no:
        told = no.read()
        if no.code in (304, 404, 410) or b'"unknown_cursor"' in told:
            return no.code, json.loads(told or "null"), tag  # 304: we have it; 404: closed to us
        if no.code != 429:
            raise
        time.sleep(int(no.headers.get("Retry-After", "60")))
        return get(path, tag)


def keep(file: Path, content: dict) -> None:
    file.with_suffix(".part").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    file.with_suffix(".part").replace(file)


def fetch(briefing: str) -> None:
    status, body, state["tags"][briefing] = get(f"{briefing}/", state["tags"].get(briefing, ""))
    if status in (200, 410):  # new or corrected; withdrawn: the reason takes the place of the text
        keep(kept.with_name(f"{briefing}.json"), body)


def fetch_all(slug: str, cursor: str | None = "") -> None:
    while cursor is not None:
        page = get(f"?series={quote(slug)}&cursor={quote(cursor)}")[1]
        for row in page["results"]:
            fetch(row["id"])
        cursor = page["next_cursor"]


page = {"more": True}
while page["more"]:
    status, page, _tag = get(f"changes/?after={quote(state['cursor'])}")
    if status == 422:  # the server was restored: read anew; what we have costs a 304 each
        page = get("changes/")[1]
    for briefing in dict.fromkeys(change["briefing"] for change in page["results"]):
        fetch(briefing)
    for slug in set(page["series"]).difference(state["series"]):
        fetch_all(slug)  # opened to us since: what it told earlier is in the list
    state |= {"cursor": page["next"], "series": page["series"]}
    keep(kept, state)  # stopped anywhere, it goes on from here
