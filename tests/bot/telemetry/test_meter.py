"""The bot's metrics: each bot has a registry of its own, and all names start alike."""

from bot.telemetry.meter import Meter


def test_two_bots_of_one_process_count_apart() -> None:
    first, second = Meter(), Meter()
    first.swaps.inc()
    assert first.registry.get_sample_value("footnote_index_swaps_total") == 1
    assert second.registry.get_sample_value("footnote_index_swaps_total") == 0


def test_every_name_says_whose_it_is() -> None:
    names = [metric.name for metric in Meter().registry.collect()]
    assert len(names) == 10
    assert all(name.startswith("footnote_") for name in names)
