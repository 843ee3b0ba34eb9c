"""Who is next: the first deadline comes first, however often it was put off."""

from hypothesis import given
from hypothesis import strategies as st

from medmon.respond.deadlines import Deadlines, Key

KEYS: list[Key] = [("p", "medtronic", name) for name in "abc"]


def test_nothing_is_due_before_its_time() -> None:
    """An alarm does not end a moment too soon."""
    deadlines = Deadlines()
    assert deadlines.until(10) is None
    deadlines.put(KEYS[0], 11)
    assert deadlines.until(10) is None
    assert deadlines.until(11) == (11, KEYS[0])
    deadlines.put(KEYS[0], None)
    assert deadlines.until(99) is None


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.none() | st.integers(0, 5)), max_size=30))
def test_the_first_of_all_comes_first(puts: list[tuple[Key, int | None]]) -> None:
    """The latest deadline of each alarm counts, and equal times come in a fixed order."""
    deadlines = Deadlines()
    latest: dict[Key, int] = {}
    for key, time_ns in puts:
        deadlines.put(key, time_ns)
        latest.pop(key, None)
        if time_ns is not None:
            latest[key] = time_ns
    given_out = []
    while (first := deadlines.until(5)) is not None:
        given_out.append(first)
        deadlines.put(first[1], None)
    assert given_out == sorted((time_ns, key) for key, time_ns in latest.items())
