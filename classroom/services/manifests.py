"""Lists of files by content: what a release or a submission consists of. Plain data, as the tables keep it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from classroom.errors import Unavailable
from grader.files import FileStore, MissingFile

Manifest = list[dict[str, Any]]
"""[{"path": str, "sha256": str, "size": int}], sorted by path."""


def store(files: FileStore, contents: Mapping[str, bytes]) -> Manifest:
    """Put every file into the content store and list them. Raises Unavailable when the disk is full; no half file is left."""
    try:
        return [asdict(files.put_file(path, data)) for path, data in sorted(contents.items())]
    except OSError as error:
        raise Unavailable(
            f"The server could not store the files ({error.strerror}). Nothing was changed; tell your teacher."
        ) from error


def list_files(contents: Mapping[str, bytes]) -> Manifest:
    """The same list, without storing anything."""
    return [
        {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for path, data in sorted(contents.items())
    ]


def load(files: FileStore, manifest: Manifest) -> dict[str, bytes]:
    """The files a manifest lists. Raises Unavailable when the store has lost one."""
    return {entry["path"]: read(files, entry) for entry in manifest}


def read(files: FileStore, entry: dict[str, Any]) -> bytes:
    """The content of one listed file. Raises Unavailable when the store has lost it."""
    try:
        return files.get(entry["sha256"])
    except MissingFile as error:
        raise Unavailable(f"{entry['path']} cannot be read: {error}.") from error


def digest(manifest: Manifest) -> str:
    """The sha256 that names this list of files: equal contents under equal names, equal digest."""
    text = json.dumps(sorted(manifest, key=lambda entry: entry["path"]), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def digests(manifest: Manifest) -> dict[str, str]:
    """The sha256 of each listed file, by path."""
    return {entry["path"]: entry["sha256"] for entry in manifest}


def notebooks(manifest: Manifest) -> list[str]:
    """Paths of the notebooks in a manifest."""
    return [entry["path"] for entry in manifest if entry["path"].endswith(".ipynb")]
