"""The record of a simulation."""

from __future__ import annotations

from webhooks.simulator import Entry, Timeline

ENTRIES = [Entry(1.5, "+19195550123", "hears", "words " * 30, "c-1"), Entry(700, "room", "ends", "", "conf-1")]


def test_its_table_fits_a_terminal() -> None:
    table = str(Timeline(ENTRIES))
    assert all(len(line) <= 80 for line in table.splitlines())
    assert table.splitlines()[0].startswith("    1.50  +19195550123  hears      words words")
    assert table.splitlines()[-1] == "  700.00  room          ends"


def test_it_is_a_sequence() -> None:
    timeline = Timeline(ENTRIES)
    assert timeline[0] is ENTRIES[0]
    assert timeline[1:] == Timeline(ENTRIES[1:]) == timeline.of("conf-1")
    assert timeline != ENTRIES
    assert repr(timeline) == "<Timeline of 2 entries>"
    assert str(Timeline()) == ""
