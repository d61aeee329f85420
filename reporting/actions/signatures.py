"""What a signature holds fast: the head, the readers and the digest of the text (`practice.md` §2.1)."""

from reporting.models import Issue
from reporting.papers import content_of, digest_of_text, masthead_of


def seal(issue: Issue) -> None:
    """At signing, with numbers, day and names set; the caller saves."""
    issue.masthead = masthead_of(issue)
    issue.audience = issue.series.audience
    issue.signed_digest = digest_of_text(content_of(issue))


def unseal(issue: Issue) -> None:
    """Taken back: it is signed anew with what holds then; the caller saves."""
    issue.masthead, issue.audience, issue.signed_digest = {}, "", ""
