"""What is kept is what was set or asked for last, whoever asks at the same time."""

from concurrent.futures import ThreadPoolExecutor

from index.recently_used import RecentlyUsed


def test_what_nobody_asked_for_is_dropped_first() -> None:
    values: RecentlyUsed[str, int] = RecentlyUsed(2)
    values["a"] = 1
    values["b"] = 2
    assert values.get("a") == 1
    values["c"] = 3
    assert (values.get("a"), values.get("b"), values.get("c")) == (1, None, 3)
    values["a"] = 4
    values["d"] = 5
    assert (values.get("a"), values.get("c"), values.get("d")) == (4, None, 5)
    assert len(values) == 2


def test_none_are_kept_where_none_may_be() -> None:
    values: RecentlyUsed[str, int] = RecentlyUsed(0)
    values["a"] = 1
    assert values.get("a") is None


def test_threads_share_it() -> None:
    values: RecentlyUsed[int, int] = RecentlyUsed(50)

    def use(thread: int) -> bool:
        found = []
        for number in range(2_000):
            key = (thread * 7 + number) % 100
            values[key] = 2 * key
            found.append(values.get(key))
        return all(value is None or value % 2 == 0 for value in found)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(use, range(8)))
    assert len(values) == 50
