"""Whatever a model holds comes back as it was left, or is not saved at all."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    RootModel,
    SecretStr,
    StringConstraints,
    create_model,
    field_serializer,
    model_serializer,
    model_validator,
)

from tests.apps import payload
from webhooks import UsageError
from webhooks.events import GatherEvent
from webhooks.state import MemoryState
from webhooks.state.holding import TTL, States

M = TypeVar("M", bound=BaseModel)

EVENT = GatherEvent.model_validate(payload("gather"))


class Unlike:
    """What nobody can compare."""


class Inner(BaseModel):
    price: float = math.nan
    _seen: int = PrivateAttr(0)


class Numbers(BaseModel):
    best: float = math.inf
    worst: float | None = None
    prices: dict[str, list[float]] = {}
    inner: Inner = Inner()
    pair: tuple[float, int] = (math.nan, 1)
    tries: int = 0


@dataclass
class Priced:
    price: float


class Others(BaseModel):
    """What Python says is unlike itself, or unlike what it is equal to."""

    when: datetime | None = None
    dish: Priced | None = None


class Lines(RootModel[list[str]]):
    root: list[str] = []


class Prices(RootModel[dict[str, float]]):
    root: dict[str, float] = {}


class Digits(BaseModel):
    """Kept as one text."""

    digits: list[int] = []

    @model_serializer
    def _joined(self) -> str:
        return "".join(map(str, self.digits))

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        return {"digits": list(map(int, value))} if isinstance(value, str) else value


class Extras(BaseModel):
    model_config = ConfigDict(extra="allow")
    count: int = 0


class Noted(BaseModel):
    """Private attributes are the program's own: they are neither kept nor missed."""

    count: int = 0
    _seen: int = PrivateAttr(0)


class Odd(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    thing: Any = None

    @field_serializer("thing")
    def _plain(self, thing: Any) -> str | None:
        return "thing" if thing else None

    def model_post_init(self, context: object) -> None:
        if self.thing == "thing":
            self.thing = Unlike()


async def left(states: States, model: type[M], change: Callable[[M], object]) -> None:
    """What a handler leaves."""
    async with states.hold(EVENT, model, None, TTL) as state:
        change(state)


def put(**values: Any) -> Callable[[BaseModel], None]:
    """What sets attributes."""

    def change(state: BaseModel) -> None:
        for name, value in values.items():
            setattr(state, name, value)

    return change


async def test_numbers_that_are_endless_or_none_come_back() -> None:
    states = States(MemoryState())
    await left(states, Numbers, put(tries=1, worst=-math.inf, prices={"soup": [math.nan, 2.5]}))
    async with states.hold(EVENT, Numbers, None, TTL) as state:
        assert (state.best, state.worst, state.tries) == (math.inf, -math.inf, 1)
        assert math.isnan(state.prices["soup"][0])
        assert math.isnan(state.inner.price)


async def test_an_hour_that_comes_twice_a_year_comes_back() -> None:
    states, when = States(MemoryState()), datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"), fold=1)
    await left(states, Others, put(when=when, dish=Priced(math.nan)))
    async with states.hold(EVENT, Others, None, TTL) as state:
        assert state.when is not None
        assert state.dish is not None
        assert state.when.astimezone(UTC) == when.astimezone(UTC)
        assert math.isnan(state.dish.price)


async def test_a_root_model_is_kept_whole() -> None:
    states = States(MemoryState())
    for count in (0, 1, 2):
        await left(states, Lines, lambda lines: lines.root.append("x"))
        async with states.hold(EVENT, Lines, None, TTL) as lines:
            assert lines.root == ["x"] * (count + 1)


async def test_a_model_may_be_kept_in_its_own_way() -> None:
    states = States(MemoryState())
    for digit in (1, 2):
        await left(states, Digits, lambda state, digit=digit: state.digits.append(digit))
    async with states.hold(EVENT, Digits, None, TTL) as state:
        assert state.digits == [1, 2]


@pytest.mark.parametrize("model", [Prices, Extras])
async def test_what_was_removed_from_an_open_model_stays_removed(model: Any) -> None:
    def entries(state: Any) -> dict[str, Any]:
        return state.root if model is Prices else state.model_extra  # type: ignore[no-any-return]

    states = States(MemoryState())
    await left(states, model, lambda state: entries(state).update(soup=1.5, tea=2.5))
    await left(states, model, lambda state: entries(state).pop("soup"))
    async with states.hold(EVENT, model, None, TTL) as state:
        assert list(entries(state)) == ["tea"]


async def test_private_attributes_are_neither_kept_nor_missed() -> None:
    states = States(MemoryState())
    await left(states, Noted, put(count=1, _seen=2))
    async with states.hold(EVENT, Noted, None, TTL) as state:
        assert (state.count, state._seen) == (1, 0)


async def test_what_nobody_can_compare_is_taken_as_it_comes() -> None:
    states = States(MemoryState())
    await left(states, Odd, put(thing=Unlike()))
    async with states.hold(EVENT, Odd, None, TTL) as state:
        assert isinstance(state.thing, Unlike)


class Item(BaseModel):
    count: int = 0


class Big(Item):
    note: str = ""


class Poly(BaseModel):
    items: list[Item] = []


class Pairs(BaseModel):
    seats: dict[tuple[int, int], str] = {}


class Pin(BaseModel):
    pin: SecretStr = SecretStr("")


class Token(BaseModel):
    token: str = Field(default="", exclude=True)


class Words(BaseModel):
    count: int = 0

    @field_serializer("count")
    def _in_words(self, count: int) -> str:
        return f"{count} dishes" if count else "0"


class Clean(BaseModel):
    name: Annotated[str, StringConstraints(strip_whitespace=True)] = ""
    table: int = Field(default=0, ge=0)


class Counts(RootModel[dict[str, Annotated[int, Field(ge=0)]]]):
    root: dict[str, Annotated[int, Field(ge=0)]] = {}


class Anything(BaseModel):
    it: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("model", "change", "field"),
    [
        (Pairs, put(seats={(1, 2): "s3cret"}), "Pairs.seats"),
        (Words, put(count=2), "Words.count"),
        (Pin, put(pin=SecretStr("s3cret")), "Pin.pin"),
        (Token, put(token="s3cret"), "Token.token"),
        (Poly, put(items=[Big(count=1, note="s3cret")]), "Poly.items"),
        (Anything, put(it={"s3cret": {1, 2}}), "Anything.it"),
        (Anything, put(it={"s3cret": math.inf}), "Anything.it"),
        (Anything, put(it={"s3cret": [(1,)]}), "Anything.it"),
        (Anything, put(it={"s3cret": {1: math.nan}}), "Anything.it"),
        (Clean, put(name=" s3cret"), "Clean.name"),
        (Clean, put(table=-1), "Clean.table"),
        (Counts, put(root={"s3cret": -1}), r"Counts\.\(all\)"),
        (Extras, put(later=SecretStr("s3cret")), "Extras.model_extra"),
    ],
)
async def test_what_would_not_come_back_is_not_saved(model: Any, change: Any, field: str) -> None:
    states = States(MemoryState())
    for _ in range(2):  # nothing that was kept spoils what comes after
        with pytest.raises(UsageError, match=field) as failure:
            await left(states, model, change)
        assert "s3cret" not in str(failure.value)
        async with states.hold(EVENT, model, None, TTL) as state:
            assert repr(state) == repr(model())


def order(*names: str) -> Any:
    """A version of a model, and of one inside it, that has such fields."""
    fields: Any = dict.fromkeys(names, (str, ""))
    dish: Any = create_model("Dish", **fields)
    return create_model("Order", first=(dish, dish()), **fields)


async def test_an_older_version_keeps_the_fields_that_it_does_not_know_at_the_top_alone() -> None:
    states, old, new = States(MemoryState()), order("name"), order("name", "note")
    dish = type(new().first)
    await left(states, new, put(note="no nuts", first=dish(name="soup", note="hot")))
    await left(states, old, put(name="Ann"))
    async with states.hold(EVENT, new, None, TTL) as state:
        assert (state.name, state.note) == ("Ann", "no nuts")
        assert (state.first.name, state.first.note) == ("soup", "")


class Raw(BaseModel):
    sound: bytes = b""


class Encoded(Raw):
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


async def test_bytes_that_are_no_text_are_kept_when_the_model_says_how() -> None:
    states = States(MemoryState())
    with pytest.raises(UsageError, match="Raw holds bytes that are no text"):
        await left(states, Raw, put(sound=b"\xff\x00"))
    await left(states, Encoded, put(sound=b"\xff\x00"))
    async with states.hold(EVENT, Encoded, None, TTL) as state:
        assert state.sound == b"\xff\x00"


async def test_a_secret_in_place_of_a_secret_is_no_change_that_is_lost_in_silence() -> None:
    class Known(BaseModel):
        pin: SecretStr = SecretStr("1234")

    with pytest.raises(UsageError, match=r"Known\.pin"):
        await left(States(MemoryState()), Known, put(pin=SecretStr("4321")))
