"""`python -m bench.bare_loop`: bodies of a file, sent by a bare threaded loop of `requests`."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter


def main() -> None:
    """`url`, `file`, `threads`: send each line of the file as a body."""
    url, file, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    bodies = [json.loads(line) for line in file.read_text().splitlines()]
    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_maxsize=threads))

    def send(body: dict[str, object]) -> None:
        session.post(url, json=body, timeout=30).json()

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(send, bodies))
    sys.stdout.write(f"{json.dumps({'count': len(bodies), 'seconds': time.perf_counter() - began})}\n")


if __name__ == "__main__":
    main()
