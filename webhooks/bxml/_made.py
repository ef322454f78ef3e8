"""Makes the `__init__` of an element, once per class, from its fields: it checks what is given and writes it at once.

A loop over fifteen attributes of which two are given costs three times what straight code does, so straight code is
made, the way dataclasses make `__init__`. That of Pause is:

    def __init__(self, *, duration=None):
        _given = ''
        if duration is not None:
            if type(duration) is int and 0.1 <= duration <= 86400: _given = f'''{_given} duration="{duration}"'''
            else: _given = f'''{_given} duration="{self.written('duration', duration)}"'''
        self._markup = f'<Pause{_given}/>'
        self._values = (duration, )

1. It is made of the names of a class, its fields and its limits. Values that are given are never source.
2. Its own names begin with an underscore. `_globals` has the others; a field has none of those names.
3. Only values of exactly `str`, `int` and `bool` are written in it. All others go through `Element.written`.
4. Tracebacks show its lines.
5. It is made when the first element is: an app writes a few of the verbs, and to compile all would be a tenth of what
   importing the package takes.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from inspect import Parameter, Signature
from types import FunctionType
from typing import Any, Literal, NamedTuple, get_args

from webhooks.bxml._escape import REFERENCES, attribute
from webhooks.bxml._limits import MARK, Limit, Text, Url, sure_url

__all__ = ["Attribute", "Children", "Shape", "made_init"]


class Attribute(NamedTuple):
    """One attribute of an element."""

    name: str
    """In Python."""
    wire: str
    """In BXML."""
    limit: Limit
    required: bool


class Children(NamedTuple):
    """What may stand in an element, and how often."""

    one: str
    """As in "a prompt"."""
    many: str
    kinds: tuple[type, ...]
    least: int = 0
    most: int | None = None
    times: str = ""
    """An attribute that the number of children is multiplied with before it is compared with `most`."""

    @property
    def expected(self) -> str:
        """The names of the kinds."""
        return " or ".join(kind.__name__ for kind in self.kinds)

    @property
    def number(self) -> str:
        """How many there may be."""
        if self.most is None:
            return f"at least {self.least}"
        if self.least == self.most:
            return str(self.most)
        return f"{self.least} to {self.most}" if self.least else f"at most {self.most}"


class Shape(NamedTuple):
    """What a class tells of its element; see `Element`."""

    element: str
    content_name: str
    text: Literal["", "token", "prose"]
    content: Limit | None
    """What the text between the tags may be, where that is one word."""
    default: str | None
    """That text when it is not given."""
    children: Children | None
    attributes: tuple[Attribute, ...]
    secured: Mapping[str, tuple[str, ...]]
    agrees: bool
    """Whether the class has an `agree` of its own, to be called last."""


_PAIRS = (("username", "password"), ("fallback_username", "fallback_password"))


def made_init(
    shape: Shape, hints: Mapping[str, Any], keep: Callable[[Callable[..., None]], None]
) -> Callable[..., None]:
    """The `__init__` of an element, whose fields have these types. The first call makes the real one, for `keep`.

    Two threads may both make it. What they make does the same, and the later one is kept.
    """
    signature = _signature(shape, hints)
    annotations = {one.name: one.annotation for one in signature.parameters.values() if one.name != "self"}

    def described(init: Callable[..., None]) -> Callable[..., None]:
        init.__qualname__ = f"{shape.element}.__init__"  # what Python names where a keyword is wrong
        init.__annotations__ = {**annotations, "return": None}
        vars(init)["__signature__"] = signature
        return init

    @cache
    def made() -> Callable[..., None]:
        head = f"def __init__({_parameters(shape)}):"
        init = described(_compiled(shape.element, head, _lines(shape), _globals(shape)))
        keep(init)
        return init

    def __init__(self: object, /, *given: object, **named: object) -> None:  # noqa: N807 - what it stands for
        made()(self, *given, **named)

    return described(__init__)


def _lines(shape: Shape) -> list[str]:
    return [
        *_content(shape),
        "_given = ''",
        *(line for one in shape.attributes for line in _attribute(one)),
        *_together(shape),
        *_written(shape),
        *(["self.agree()"] if shape.agrees else []),
    ]


def _signature(shape: Shape, hints: Mapping[str, Any]) -> Signature:
    """What people are told: content by its name is only for `dataclasses.replace`."""
    parameters = [Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)]
    name = shape.content_name
    if shape.text == "token":
        default = Parameter.empty if shape.default is None else shape.default
        parameters.append(Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=hints[name]))
    elif name:
        parameters.append(Parameter(name, Parameter.VAR_POSITIONAL, annotation=get_args(hints[name])[0]))
    for one in shape.attributes:
        absent = Parameter.empty if one.required else None
        parameters.append(Parameter(one.name, Parameter.KEYWORD_ONLY, default=absent, annotation=hints[one.name]))
    return Signature(parameters, return_annotation=None)


def _globals(shape: Shape) -> dict[str, object]:
    limits = {one.name: one.limit for one in shape.attributes}
    if shape.content:
        limits[shape.content_name] = shape.content
    return {
        "FunctionType": FunctionType,
        "MARK": MARK,
        "attribute": attribute,
        "sure_url": sure_url,
        "kinds": shape.children.kinds if shape.children else (),
        **{f"matches_{name}": one.matches for name, one in limits.items() if isinstance(one, Text) and one.pattern},
    }


def _parameters(shape: Shape) -> str:
    name = shape.content_name
    content = {
        "token": f", {name}" + ("" if shape.default is None else f"={shape.default!r}"),
        "prose": f", _text='', /, *_more, {name}=None",
        "": f", *_children, {name}=None" if name else "",
    }[shape.text]
    star = ", *" if shape.attributes and (shape.text == "token" or not name) else ""
    attributes = (f", {one.name}" + ("" if one.required else "=None") for one in shape.attributes)
    return "self" + content + star + "".join(attributes)


def _content(shape: Shape) -> Iterator[str]:
    """`dataclasses.replace` gives content by its name."""
    name = shape.content_name
    if shape.content:
        yield f"if {shape.content.fits(name)}: _text = {shape.content.text(name)}"
        yield f"else: _text = self.written({name!r}, {name})"
    elif shape.text == "prose":
        yield f"if {name} is not None:"
        yield f"    if _text or _more: raise TypeError('{name} are given twice')"
        yield f"    _text, *_more = {name} or ('',)"
        yield "if type(_text) is str and _text and not _more and not _text.isspace():"
        yield f"    {name} = (_text,)"
        for character, reference in REFERENCES.items():
            yield f"    if {character!r} in _text: _text = _text.replace({character!r}, {reference!r})"
        yield f"else: {name}, _text = self.spoken((_text, *_more))"
    elif name:
        yield f"if {name} is None: {name} = _children"
        yield f"elif _children: raise TypeError('{name} are given twice')"
        yield f"else: {name} = tuple({name})"


def _attribute(one: Attribute) -> Iterator[str]:
    name, margin = one.name, "" if one.required else "    "
    if not one.required:
        yield f"if {name} is not None:"
    yield f"{margin}if {one.limit.fits(name)}: {_given(one, one.limit.text(name))}"
    if isinstance(one.limit, Url) and one.limit.event_types:
        yield f"{margin}elif type({name}) is FunctionType: {_given(one, 'MARK')}"
    yield f"{margin}else: {_given(one, f'self.written({name!r}, {name})')}"


def _given(one: Attribute, text: str) -> str:
    return f"_given = f'''{{_given}} {one.wire}=\"{{{text}}}\"'''"


def _together(shape: Shape) -> Iterator[str]:
    names = {one.name for one in shape.attributes}
    for one, other in _PAIRS:
        if one in names:
            yield f"if {one} is not {other} and ({one} is None or {other} is None):"
            yield f"    self.refuse_pair({one!r}, {other!r})"
    for credential, urls in shape.secured.items():
        given = ", ".join(f"{url}={url}" for url in urls)
        yield f"if {credential} is not None: self.refuse_http({credential!r}, {given})"


def _written(shape: Shape) -> Iterator[str]:
    tag, name = shape.element, shape.content_name
    if shape.children is not None:
        yield from _children(shape, shape.children)
    elif shape.text:
        yield f"self._markup = f'<{tag}{{_given}}>{{_text}}</{tag}>'"
    else:
        yield f"self._markup = f'<{tag}{{_given}}/>'"
    values = [name] * bool(name) + [one.name for one in shape.attributes]
    yield f"self._values = ({''.join(f'{value}, ' for value in values)})"


def _children(shape: Shape, children: Children) -> Iterator[str]:
    tag, name = shape.element, shape.content_name
    times = children.times and f" * ({children.times} or 1)"
    few, many = f"len({name}) < {children.least}", f"len({name}){times} > {children.most}"
    wrong = " or ".join([few] * bool(children.least) + [many] * bool(children.most))
    yield f"if {name}:"
    yield "    _inner = ''"
    yield f"    for _child in {name}:"
    yield "        if type(_child) not in kinds and not isinstance(_child, kinds): self.refuse_child(_child)"
    yield "        _inner += _child._markup"
    yield f"    if {wrong}: self.refuse_count(len({name}), {children.times or None})"
    yield f"    self._markup = f'<{tag}{{_given}}>{{_inner}}</{tag}>'"
    yield f"else: self._markup = f'<{tag}{{_given}}/>'" if not children.least else "else: self.refuse_count(0, None)"


def _compiled(element: str, head: str, lines: Sequence[str], names: dict[str, object]) -> Callable[..., None]:
    source = "\n    ".join([head, *lines]) + "\n"
    file = f"<webhooks.bxml {element}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    made: dict[str, Any] = {}
    exec(compile(source, file, "exec"), names, made)  # noqa: S102 - our own class bodies, see above
    init: Callable[..., None] = made["__init__"]
    return init
