"""Twenty officers at once on one step of a paper, over HTTP: no double act, no contradiction, nothing unread approved.

python -m benchmarks.proofs.papers_at_once [--rounds 1000] [--people 20]

The machinery is that of benchmarks/proofs/at_once.py; the rounds are those of benchmarks/served/paper_rounds.py.
"""

import sys

from benchmarks.proofs.at_once import Play, main


def paper_play() -> Play:
    """Imported once Django is set up, as everything of the product."""
    from benchmarks.served.paper_rounds import KINDS, PaperStage, filing_faults

    return Play("papers at once", KINDS, PaperStage, filing_faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], paper_play))
