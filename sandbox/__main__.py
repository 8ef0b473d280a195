"""`python -m sandbox`: starts the stand-in for Startdeliver on this machine."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from pathlib import Path

from .app import API_ROOT, build_app
from .custom_fields import declare, read_file, schema_of
from .gate import Keys
from .pace import read_limit
from .refusals import Refusal
from .server import listen, serve
from .store import Store


def main() -> None:
    """Reads the arguments, opens the data file and serves until it is stopped; exits with one line on a mistake."""
    arguments = _arguments()
    try:
        pace = read_limit({"rate": arguments.rate, "burst": arguments.burst})
        store = Store(arguments.data)
        schema = schema_of(store)
        if arguments.fields is not None:
            declare(store, schema, read_file(arguments.fields))
        listener = listen(arguments.host, arguments.port)
    except Refusal as refusal:
        sys.exit(refusal.message if refusal.field is None else f"{refusal.field}: {refusal.message}")
    except sqlite3.Error as error:
        sys.exit(f"{arguments.data} cannot be used as the data file ({error}); name another one with --data.")
    except OSError as error:
        place = error.filename or f"{arguments.host}:{arguments.port}"
        sys.exit(f"{place}: {error.strerror}; choose another --fields or --port.")
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    root = f"http://{host}:{listener.getsockname()[1]}"
    print(
        f"Startdeliver sandbox: look at {root}/ , the API is {root}{API_ROOT}/ , data in {arguments.data}", flush=True
    )
    keys = Keys(arguments.key, arguments.readonly_key)
    serve(build_app(store, schema, keys, pace), listener)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A local stand-in for Startdeliver.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; the pages need no key (%(default)s)")
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one (%(default)s)")
    parser.add_argument("--data", type=Path, default=Path("sandbox.sqlite"), help="data file (%(default)s)")
    parser.add_argument("--fields", type=Path, help="custom fields, YAML or JSON: {customer: {alias: type}, user: ...}")
    parser.add_argument("--key", type=_key, default="demo-key", help="API key (%(default)s)")
    parser.add_argument("--readonly-key", type=_key, help="a second API key that may not write")
    parser.add_argument("--rate", type=float, help="requests a second before 429 (no limit)")
    parser.add_argument("--burst", type=float, help="how many at once after a pause (the rate, at least 1)")
    return parser.parse_args()


def _key(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("a key cannot be empty")
    return text


if __name__ == "__main__":
    main()
