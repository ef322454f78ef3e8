"""The `__init__` of a verb is made when the first one is."""

import inspect
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import KW_ONLY
from typing import Annotated, Any, ClassVar, Literal, get_type_hints

import pytest

from webhooks import BxmlError
from webhooks.bxml import Verb
from webhooks.bxml._limits import TAG, Whole


def fresh() -> Any:
    """A verb of which there is none yet."""

    class Beep(Verb):
        __slots__ = ()

        _: KW_ONLY
        count: Annotated[int | None, Whole(1, 9)] = None

    return Beep


def test_what_is_told_of_a_verb_is_the_same_before_and_after_the_first() -> None:
    beep = fresh()
    first = beep.__init__
    before = str(inspect.signature(beep)), get_type_hints(first), first.__name__, first.__qualname__
    assert before[0] == "(*, count: int | None = None) -> None"
    assert repr(beep(count=2)) == "Beep(count=2)"
    made = beep.__init__
    assert made is not first
    assert (str(inspect.signature(beep)), get_type_hints(made), made.__name__, made.__qualname__) == before


def test_an_init_that_was_taken_before_the_first_verb_goes_on_working() -> None:
    beep = fresh()
    first, bare = beep.__init__, object.__new__(beep)
    beep(count=2)
    made = beep.__init__
    first(bare, count=2)
    assert bare == beep(count=2)
    assert beep.__init__ is made


def test_an_init_of_its_own_stays_that_of_the_class() -> None:
    class Sign(Verb):
        __slots__ = ()

        content_name: ClassVar[str] = "value"
        text: ClassVar[Literal["", "token", "prose"]] = "token"
        value: Annotated[str, TAG] = ""

        def __init__(self, value: str = "") -> None:
            self._make(value.upper())

    own = Sign.__init__
    assert (Sign("a").value, Sign("b").value) == ("A", "B")
    assert Sign.__init__ is own


def test_mistakes_in_the_first_verb_are_told_as_in_all() -> None:
    beep = fresh()
    for _ in range(2):
        with pytest.raises(BxmlError, match="Beep: count is 10"):
            beep(count=10)
        with pytest.raises(TypeError, match=r"Beep\.__init__\(\) got an unexpected keyword argument 'cuont'"):
            beep(cuont=1)


def test_threads_may_make_the_first_verb_together() -> None:
    for _ in range(20):
        beep, together = fresh(), threading.Barrier(8)

        def make(count: int, beep: Any = beep, together: threading.Barrier = together) -> Any:
            together.wait()
            return beep(count=count)

        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(make, range(1, 9)))
        assert made == [beep(count=count) for count in range(1, 9)]
