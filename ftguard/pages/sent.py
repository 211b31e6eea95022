"""Reads what a page sends: bounded, and as the record that it must be."""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ftguard.errors import InputError

Kind = TypeVar("Kind")

LONGEST_BODY = 200_000
"""Bytes; notes of the longest kind fit, percent-encoded as forms are."""


async def read_form(request: Request, kind: type[Kind]) -> Kind:
    """The record that a form's fields are.

    Raises:
        InputError: they are not.
        HTTPException: 413, there is too much of it.
    """
    body = await _body(request)
    try:
        fields: Mapping[str, str] = dict(parse_qsl(body.decode(), keep_blank_values=True))
        return msgspec.convert(fields, kind, strict=False)
    except (UnicodeDecodeError, msgspec.ValidationError) as error:
        raise InputError(f"this form cannot be used: {error}.") from None


async def read_json(request: Request, kind: type[Kind]) -> Kind:
    """The record that a body of JSON is.

    Raises:
        InputError: it is not.
        HTTPException: 413, there is too much of it.
    """
    body = await _body(request)
    try:
        return msgspec.json.decode(body, type=kind)
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        raise InputError(f"what was sent cannot be used: {error}") from None


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            raise HTTPException(413)
    return body
