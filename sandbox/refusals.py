"""What a request is answered that breaks a rule: a status, and a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refusal(Exception):
    """Ends a request with `{"error": {"message": ..., "field": ...}}`; `field` only where one is to blame.

    Values never appear in a message: they are people's data, and callers log what they are answered.
    """

    def __init__(
        self, status: int, message: str, field: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.field = field
        self.headers = headers

    def response(self) -> Response:
        """The refusal as an HTTP answer."""
        error = {"message": self.message} if self.field is None else {"field": self.field, "message": self.message}
        return JSONResponse({"error": error}, self.status, self.headers)


async def answer_refusal(_request: Request, refusal: Exception) -> Response:
    """Starlette's handler for a `Refusal` that a route raised."""
    assert isinstance(refusal, Refusal)  # noqa: S101 - Starlette's signature says Exception  # nosec B101
    return refusal.response()
