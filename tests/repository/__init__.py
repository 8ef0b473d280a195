"""What holds for the repository's own files: DAG files, deployment, lists of packages, habits."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
