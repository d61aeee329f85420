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
JUDGES = ["review", "decide", "appraise"]
"""What a topic's work is worth says nobody who leads it."""
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
    """(seat, what), in the order in which they spoke."""


@dataclass(frozen=True)
class Seat:
    """A place in a body: one voice, whoever gives it."""

    key: str
    holder: str
    rank: int
    may_lend: bool = True


@dataclass
class Remark:
    """One opinion to be answered by itself; `known`: how many texts had been sent when it was answered."""

    reply: str = ""
    known: int = 0


@dataclass(eq=False, repr=False)
class Paper:
    """`steps`: (kind, body, together); `people`: body → its seats in order of rank.

    `lent`: seat → (who speaks for its holder, to which day). `left`: seats that nobody holds any more.
    `series`: every revision of the same paper, itself too; `before`: the one that it revises.
    """

    steps: list[tuple[str, str, str]]
    people: dict[str, list[Seat]]
    authors: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ()
    lent: dict[str, tuple[str, int]] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    state: str = "draft"
    words: int = 0
    words_sent: int = -1
    words_of: dict[int, int] = field(default_factory=dict)
    texts: int = 0
    standing: int = 0
    lying: list[Lying] = field(default_factory=list)
    spent: dict[str, int] = field(default_factory=dict)
    on_its_way: int = 0
    """Number of the text that lies before its readers."""
    filings: list[list[int]] = field(default_factory=list)
    """[step, number of the text, whether it was put on record], in the order in which they were opened."""
    remarks: list[Remark] = field(default_factory=list)
    revisable: bool = True
    before: "Paper | None" = None
    series: "list[Paper]" = field(default_factory=list)

    def __post_init__(self) -> None:
        self.series.append(self)

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

    def revise(self) -> "Paper":
        """A new draft with the same words; the old one stands until the new one does."""
        under_way = [each for each in self.series if each.before is self]
        if not self.revisable or self.state not in ("standing", "ended"):
            raise Refused
        if any(each.state != "taken_back" for each in under_way):
            raise Refused
        return Paper(
            self.steps, self.people, self.authors, self.leaders, self.lent, self.left,
            words=self.words, before=self, series=self.series,
        )  # fmt: skip

    def answer(self, number: int, reply: str) -> None:
        """What a body has read stays as it was read; what has no answer is owed one wherever it lies."""
        if number >= len(self.remarks) or self.state in ("replaced", "taken_back"):
            raise Refused
        remark = self.remarks[number]
        if remark.reply and (self.holder() != "sender" or self.texts > remark.known):
            raise Refused
        remark.reply, remark.known = reply, self.texts

    def send(self, day: int) -> None:
        """What was asked for is answered first, also what was asked of the revision before."""
        self._pen()
        asked = [*self.remarks, *(self.before.remarks if self.before else [])]
        if any(not remark.reply for remark in asked):
            raise Refused
        mending = [each for each in self.lying if each.with_sender]
        same = bool(mending) and self.words == self.words_sent
        self.texts += 1
        before, self.on_its_way = self.on_its_way, self.texts
        self.words_sent = self.words_of[self.texts] = self.words
        for each in mending:
            self._leave(each, day)
        if not same:
            for each in list(self.lying):
                self._leave(each, day)
            self._go(0, day)
            return
        if self.state == "standing" and self.standing == before:
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

    def take_words_back(self, day: int) -> None:
        """Only the changed words, while they lie somewhere; what was approved stays."""
        if self.state != "standing" or self.on_its_way == self.standing:
            raise Refused
        for each in list(self.lying):
            self._leave(each, day)
        self._fall_back(day)

    def speak(self, step: int, name: str, outcome: str, day: int, remarks: int = 0) -> None:
        place = next((e for e in self.lying if e.step == step and not e.with_sender), None)
        if place is None:
            raise Refused
        kind, body, together = self.steps[step]
        allowed = [*ONWARD[kind]]
        if kind in RETURNS:
            allowed.append("returned")
        if kind in ENDS:
            allowed.append(ENDS[kind])
        if outcome not in allowed or name in self.authors:
            raise Refused
        seats = self.speaking_seats(body, kind)
        silent = [each for each in seats if each.key not in [key for key, _o in place.said]]
        first = seats if together == "head" else silent
        mine = [
            each
            for each in silent
            if name in self.speakers(each, kind, day)
            and (together in ("any", "all") or each.rank == first[0].rank)
        ]
        if not mine:
            raise Refused
        self.remarks.extend(Remark() for _ in range(remarks))
        self._say(place, mine[0].key, outcome, day)

    def speaking_seats(self, body: str, kind: str) -> list[Seat]:
        """A seat is silent whose holder wrote the paper or would judge his own topic, whoever has its voice."""
        return [each for each in self.seated(body) if each.holder not in self.standing_back(kind)]

    def standing_back(self, kind: str) -> tuple[str, ...]:
        return (*self.authors, *(self.leaders if kind in JUDGES else ()))

    def seated(self, body: str) -> list[Seat]:
        return [each for each in self.people[body] if each.key not in self.left]

    def speakers(self, seat: Seat, kind: str, day: int) -> list[str]:
        """The holder, and while it is lent also whoever has it; not who has to stand back."""
        found = [seat.holder]
        if seat.key in self.lent and self.lent[seat.key][1] >= day:
            found.append(self.lent[seat.key][0])
        return [name for name in found if name not in self.standing_back(kind)]

    def lend(self, body: str, number: int, to: str, day: int, last: int) -> None:
        seats, seat = self.seated(body), self.people[body][number]
        holders = [each.holder for each in seats]
        if not seat.may_lend or seat.key in self.left or to not in holders or to == seat.holder:
            raise Refused
        if seat.key in self.lent and self.lent[seat.key][1] >= day:
            raise Refused
        gone, reached = {to}, True
        while reached:
            more = {
                self.lent[each.key][0]
                for each in seats
                if each.holder in gone and self.lent.get(each.key, ("", -1))[1] >= day
            }
            reached, gone = bool(more - gone), gone | more
        if seat.holder in gone:
            raise Refused
        self.lent[seat.key] = (to, last)

    def end_lending(self, body: str, number: int, day: int) -> None:
        seat = self.people[body][number]
        if self.lent.pop(seat.key, ("", -1))[1] < day:
            raise Refused

    def leave(self, body: str, number: int, day: int) -> None:
        """Its holder gives the seat up; where all have to speak, the rest is waited for, and nobody else.

        While a voice of his or for him is lent he stays, and so do its writer and everybody on the first day.
        """
        seat = self.people[body][number]
        lent = [
            each.key
            for each in self.people[body]
            if self.lent.get(each.key, ("", -1))[1] >= day
            and (each.key == seat.key or self.lent[each.key][0] == seat.holder)
        ]
        if day < 1 or not seat.may_lend or seat.key in self.left or lent:
            raise Refused
        if seat.holder in self.authors:
            raise Refused
        self.left.add(seat.key)
        for paper in self.series:
            for place in list(paper.lying):
                if not place.with_sender and place.said and place.body == body:
                    paper._decide(place, day)

    def _say(self, place: Lying, seat: str, outcome: str, day: int) -> None:
        place.said.append((seat, outcome))
        self._decide(place, day)

    def _decide(self, place: Lying, day: int) -> None:
        kind, body, together = self.steps[place.step]
        said = [what for _who, what in place.said]
        if said[-1] == "returned":
            self._leave(place, day)
            if kind != "file":
                self._is("returned")
            self.lying.append(Lying(place.step, "sender", day, with_sender=True))
            return
        if said[-1] in ("refused", "declined"):
            for each in list(self.lying):
                self._leave(each, day)
            self._is("ended")
            if self.state == "standing":
                self._fall_back(day)
            return
        spoken = [who for who, _what in place.said]
        silent = [each for each in self.speaking_seats(body, kind) if each.key not in spoken]
        if together in ("all", "in_order") and silent:
            return
        self._leave(place, day)
        if kind == "file":
            next(each for each in reversed(self.filings) if each[0] == place.step)[2] = True
        else:
            self._go(place.step + 1, day)

    def _fall_back(self, day: int) -> None:
        """The words in effect are its words again; where they were not put on record yet, that goes on."""
        self.on_its_way = self.standing
        self.words = self.words_sent = self.words_of[self.standing]
        for step, (kind, _body, _together) in enumerate(self.steps):
            mine = [
                done
                for place, text, done in self.filings
                if place == step and text <= self.standing and self.words_of[text] == self.words
            ]
            if kind == "file" and not mine[-1]:
                self._lay(step, day)

    def _is(self, state: str) -> None:
        """What was approved stays in effect until later words stand."""
        if self.state != "standing":
            self.state = state

    def _go(self, step: int, day: int) -> None:
        self._is("under_way")
        for number in range(step, len(self.steps)):
            self._lay(number, day)
            if self.steps[number][0] != "file":
                return
        self.state = "standing"
        self.standing = self.texts
        for other in self.series:
            if other is not self and other.state == "standing":
                for each in list(other.lying):
                    other._leave(each, day)
                other.state = "replaced"

    def _lay(self, step: int, day: int) -> None:
        self.lying.append(Lying(step, self.steps[step][1], day))
        if self.steps[step][0] == "file":
            self.filings.append([step, self.on_its_way, False])

    def _leave(self, place: Lying, day: int) -> None:
        self.lying.remove(place)
        if place.with_sender or self.steps[place.step][0] != "file":
            self.spent[place.body] = self.spent.get(place.body, 0) + day - place.since
