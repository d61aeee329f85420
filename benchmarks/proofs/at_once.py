"""Twenty at once on the same thing, over HTTP: one effect, a clear word for everybody else.

python -m benchmarks.proofs.at_once [--rounds 1000] [--people 20]

A real web server and PostgreSQL; the rounds go through the kinds of benchmarks/served/rounds.py in turn.
"""

import argparse
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.served.calling import Answer, statuses
from benchmarks.served.product import Product
from benchmarks.stand import Stand

if TYPE_CHECKING:
    from benchmarks.served.rounds import Act, Round, Stage

SHOWN = 20
REFUSALS = (404, 409, 412, 422)


@dataclass(frozen=True)
class Play:
    """Kinds of rounds, the stage they need, and what must hold over all rounds together."""

    name: str
    kinds: "Sequence[Callable[[Any], Round]]"
    stage: "type[Stage]"
    overall: Callable[[Any], list[str]]


def office_play() -> Play:
    """Imported once Django is set up, as everything of the product."""
    from benchmarks.served.rounds import KINDS, Stage, numbering_faults

    return Play("at once", KINDS, Stage, numbering_faults)


def main(arguments: Sequence[str], play: Callable[[], Play] = office_play) -> int:
    """Print one line and return the exit status: 1 for anything that is not one effect and clear refusals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--only", default="", help="one kind of round")
    order = parser.parse_args(arguments)
    began = time.monotonic()
    with Stand(durable=False, in_memory=True) as stand:
        product = Product(stand)
        product.start()
        played = play()
        faults, answers = _rounds(order, product, played)
        errors = product.log()
    for line in faults[:SHOWN]:
        print(line, file=sys.stderr)
    if faults:
        print(errors[-3000:], file=sys.stderr)
    refused = sum(count for status, count in answers.items() if status in REFUSALS)
    print(
        f"{played.name}: {order.rounds} rounds of {order.people}, {answers.total()} answers, {refused} refusals, "
        f"{len(faults)} faults, {time.monotonic() - began:.0f} s"
    )
    return 1 if faults else 0


def _rounds(
    order: argparse.Namespace, product: Product, play: Play
) -> tuple[list[str], Counter[int]]:
    """Faults, and how often each status came."""
    stage = play.stage(product.port, order.people)
    kinds = [kind for kind in play.kinds if order.only in kind.__name__]
    faults: list[str] = []
    answers: Counter[int] = Counter()
    for number in range(order.rounds):
        kind = kinds[number % len(kinds)]
        ready = kind(stage)
        found = together(ready.acts)
        answers.update(answer.status for answer in found)
        wrong = [f"answered {a.status}" for a in found if not a.done and a.status not in REFUSALS]
        wrong += ready.judge(found)
        faults += [f"round {number}, {kind.__name__}: {each} ({statuses(found)})" for each in wrong]
    return faults + play.overall(stage), answers


def together(acts: "Sequence[Act]") -> list[Answer]:
    """Every act in a thread of its own, begun in the same moment on a line that is open already."""
    gate = threading.Barrier(len(acts))
    found: list[Any] = [Answer(0)] * len(acts)

    def run(place: int) -> None:
        caller, act = acts[place]
        caller.close()  # the server ends a line that was quiet for long
        caller.connect()
        gate.wait()
        found[place] = act(caller)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
