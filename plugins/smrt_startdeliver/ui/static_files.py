"""The style sheet and the script, behind the login as everything else."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

router = APIRouter()

_FOLDER = Path(__file__).parent / "static"
_FILES = {file.name: file for file in _FOLDER.iterdir()}


@router.get("/static/{name}", name="static")
def static(name: str) -> FileResponse:
    """A file of the folder `static`."""
    if name not in _FILES:
        raise HTTPException(404, "There is no such file.")
    return FileResponse(_FILES[name], headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"})
