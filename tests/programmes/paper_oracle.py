"""What becomes of a paper, told once more in the plainest way: lists and words, no tables, no product code.

Every rule is written out from `design/model.md` §5 and `spec/practice.md` §4. Days are whole numbers.
"""

from dataclasses import dataclass, field

ONWARD = {
    "opinion": ["given"],
    "check": ["passed"],
    "confirm": ["confirmed"],
    "approve": ["approved"],
    "file": ["filed"],
    "review": ["reviewed"],
    "decide": ["adopted", "adopted_with_changes"],
    "sign": ["signed"],
    "appraise": ["appraised"],
}
RETURNS = ["check", "confirm", "approve", "file", "review", "sign", "appraise"]
ENDS = {"approve": "refused", "decide": "declined"}


class Refused(Exception):
    """The act is not allowed here."""


@dataclass
class Lying:
    """The paper lies somewhere: before the body of a step, or (`step` told, `with_sender`) with its sender."""

    step: int
    body: str
    since: int
    with_sender: bool = False
    said: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Paper:
    """`steps`: (kind, body, together); `people`: body → [(name, rank)] in order of rank, authors left out."""

    steps: list[tuple[str, str, str]]
    people: dict[str, list[tuple[str, int]]]
    state: str = "draft"
    words: int = 0
    words_sent: int = -1
    texts: int = 0
    standing: int = 0
    lying: list[Lying] = field(default_factory=list)
    spent: dict[str, int] = field(default_factory=dict)

    def holder(self) -> str:
        """The body that is waited for, else the sender, else a filing body, else nobody."""
        for each in self.lying:
            if not each.with_sender and self.steps[each.step][0] != "file":
                return each.body
        if any(each.with_sender for each in self.lying):
            return "sender"
        return self.lying[0].body if self.lying else ""

    def write(self, words: int) -> None:
        self._pen()
        self.words = words

    def _pen(self) -> None:
        if self.state != "draft" and self.holder() != "sender":
            raise Refused

    def send(self, day: int) -> None:
        self._pen()
        mending = [each for each in self.lying if each.with_sender]
        same = bool(mending) and self.words == self.words_sent
        self.texts += 1
        self.words_sent = self.words
        for each in mending:
            self._leave(each, day)
        if not same:
            for each in list(self.lying):
                self._leave(each, day)
            self._go(0, day)
            return
        if self.state == "standing":
            self.standing = self.texts
        for each in sorted(mending, key=lambda each: each.step):
            if self.steps[each.step][0] == "file":
                self._lay(each.step, day)
            else:
                self._go(each.step, day)

    def take_back(self, day: int) -> None:
        if self.state not in ("draft", "under_way", "returned"):
            raise Refused
        for each in list(self.lying):
            self._leave(each, day)
        self.state = "taken_back"

    def speak(self, step: int, name: str, outcome: str, day: int) -> None:
        place = next((e for e in self.lying if e.step == step and not e.with_sender), None)
        if place is None:
            raise Refused
        kind, body, together = self.steps[step]
        people = self.people[body]
        ranks = dict(people)
        allowed = [*ONWARD[kind]]
        if kind in RETURNS:
            allowed.append("returned")
        if kind in ENDS:
            allowed.append(ENDS[kind])
        if outcome not in allowed or name not in ranks:
            raise Refused
        if name in [who for who, _what in place.said]:
            raise Refused
        if together == "head" and ranks[name] != people[0][1]:
            raise Refused
        silent = [who for who, _rank in people if who not in [w for w, _o in place.said]]
        if together == "in_order" and ranks[name] != ranks[silent[0]]:
            raise Refused
        place.said.append((name, outcome))
        self._decide(place, day)

    def _decide(self, place: Lying, day: int) -> None:
        kind, body, together = self.steps[place.step]
        said = [what for _who, what in place.said]
        if said[-1] == "returned":
            self._leave(place, day)
            if kind != "file":
                self.state = "returned"
            self.lying.append(Lying(place.step, "sender", day, with_sender=True))
            return
        if said[-1] in ("refused", "declined"):
            for each in list(self.lying):
                self._leave(each, day)
            self.state = "ended"
            return
        if together in ("all", "in_order") and len(said) < len(self.people[body]):
            return
        self._leave(place, day)
        if kind != "file":
            self._go(place.step + 1, day)

    def _go(self, step: int, day: int) -> None:
        self.state = "under_way"
        for number in range(step, len(self.steps)):
            self._lay(number, day)
            if self.steps[number][0] != "file":
                return
        self.state = "standing"
        self.standing = self.texts

    def _lay(self, step: int, day: int) -> None:
        self.lying.append(Lying(step, self.steps[step][1], day))

    def _leave(self, place: Lying, day: int) -> None:
        self.lying.remove(place)
        if place.with_sender or self.steps[place.step][0] != "file":
            self.spent[place.body] = self.spent.get(place.body, 0) + day - place.since
