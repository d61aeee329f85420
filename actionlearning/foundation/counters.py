"""Numbers without gaps: whoever takes one holds the row until commit, and a rollback gives it back."""

from actionlearning.foundation.models import Counter


def next_number(name: str) -> int:
    """The next number under `name`, from 1. Who asks at the same time waits, so numbers stand in commit order."""
    Counter.objects.bulk_create([Counter(name=name)], ignore_conflicts=True)
    counter = Counter.objects.select_for_update().get(name=name)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last
