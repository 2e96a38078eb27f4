"""The bodies that calls take: the orders' own types, which refuse what they do not know."""

from functools import cache, reduce
from operator import or_
from types import GenericAlias, UnionType
from typing import Any, get_args, get_origin

import msgspec

Shape = type[msgspec.Struct]


@cache
def shape_of(order: Shape, without: tuple[str, ...] = ()) -> Shape:
    """Return ``order`` without some of its fields, as ``<name>Body``, strict all the way down.

    A misspelt field of an order must not be taken for one that was left out.
    """
    fields = [
        (one.name, _strict(one.type))
        if one.required
        else (one.name, _strict(one.type), one.default)
        for one in msgspec.structs.fields(order)
        if one.name not in without
    ]
    return msgspec.defstruct(
        f"{order.__name__}Body", fields, kw_only=True, frozen=True, forbid_unknown_fields=True
    )


def _strict(annotation: Any) -> Any:
    """Return a type with every struct in it made strict."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return shape_of(annotation)
    parts, origin = get_args(annotation), get_origin(annotation)
    if origin is UnionType:
        return reduce(or_, (_strict(part) for part in parts))
    if origin is tuple:
        return GenericAlias(tuple, tuple(_strict(part) for part in parts))
    return annotation
