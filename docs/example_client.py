"""Pulls briefings into a folder: python example_client.py https://server TOKEN FOLDER, every few minutes.

One JSON file for each issue; state.json remembers how far it has read. Stopped anywhere, it goes on.
"""

import json
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen


class Client:
    def __init__(self, server: str, token: str, folder: Path) -> None:
        self.root, self.token, self.folder = f"{server}/api/v1/briefings/", token, folder
        self.kept = folder / "state.json"
        fresh = {"cursor": "", "series": None, "tags": {}}
        self.state = json.loads(self.kept.read_text("utf-8")) if self.kept.exists() else fresh

    def pull(self) -> None:
        more = True
        while more:
            page = self.get("changes/?" + urlencode({"after": self.state["cursor"]}))[1]
            for briefing in dict.fromkeys(change["briefing"] for change in page["results"]):
                self.fetch(briefing)
            known = self.state["series"]
            for slug in page["series"] if known is not None else ():
                if slug not in known:  # opened to us since: what it told earlier is in the list
                    self.fetch_all(slug)
            self.state |= {"cursor": page["next"], "series": page["series"]}
            self.keep(self.kept, self.state)
            more = page["more"]

    def fetch_all(self, slug: str) -> None:
        path, cursor = f"?series={quote(slug)}", ""
        while cursor is not None:
            page = self.get(f"{path}&cursor={quote(cursor)}")[1]
            for row in page["results"]:
                self.fetch(row["id"])
            cursor = page["next_cursor"]

    def fetch(self, briefing: str) -> None:
        tags = self.state["tags"]
        status, body, tags[briefing] = self.get(f"{briefing}/", tags.get(briefing, ""))
        if status == 410:  # withdrawn: the reason takes the place of the text
            self.keep(self.folder / f"{briefing}.json", {"withdrawn": body["detail"]})
        elif status == 200:  # new, or corrected; 304: we have it
            self.keep(self.folder / f"{briefing}.json", body)

    def get(self, path: str, tag: str = "") -> tuple:
        headers = {"Authorization": f"Bearer {self.token}", "If-None-Match": tag}
        while True:
            try:
                with urlopen(Request(self.root + path, headers=headers), timeout=30) as answer:
                    return answer.status, json.load(answer), answer.headers["ETag"]
            except HTTPError as refused:
                if refused.code in (304, 404, 410):  # 404: closed to us in the meantime
                    return refused.code, json.loads(refused.read() or "null"), tag
                if refused.code != 429:
                    raise
                time.sleep(int(refused.headers.get("Retry-After", "60")))

    def keep(self, file: Path, content: dict) -> None:
        half = file.with_suffix(".part")
        half.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
        half.replace(file)


if __name__ == "__main__":
    Client(sys.argv[1].rstrip("/"), sys.argv[2], Path(sys.argv[3])).pull()
