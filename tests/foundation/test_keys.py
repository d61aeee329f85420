"""Keys: in the order in which they were made, also within one millisecond."""

import time

from actionlearning.foundation.tenancy import uuid7


def test_keys_of_one_process_stand_in_the_order_they_were_made() -> None:
    keys = [uuid7() for _ in range(20_000)]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_a_key_says_its_millisecond_version_and_variant() -> None:
    before = time.time_ns() // 1_000_000
    key = uuid7()
    assert before <= key.int >> 80 <= time.time_ns() // 1_000_000
    assert (key.version, key.variant) == (7, "specified in RFC 4122")
