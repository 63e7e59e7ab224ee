"""A content-addressed cache of activations on disk.

`Pipeline(memory=)` does not cache scoring transforms, so the extractor can remember for itself. An
entry's key is made of everything that the activations depend on, so an entry can never be stale; what
is damaged is noticed, said and made again.
"""

import hashlib
import json
import os
import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np

__all__ = ["ActivationCache", "entry_key"]


def entry_key(*parts):
    """Key of an entry from everything its content depends on."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()


class ActivationCache:
    """Folder with one subfolder per entry: an array file per layer, and their names and checksums.

    Parameters
    ----------
    folder : str or path-like
        Made when first needed. Deleting it, or any entry in it, is always safe.
    """

    def __init__(self, folder):
        self.folder = Path(folder)

    def load(self, key):
        """Arrays by layer, memory-mapped, or None where there is no sound entry."""
        entry = self.folder / key
        if not entry.is_dir():
            return None
        try:
            index = json.loads((entry / "index.json").read_text())
            arrays = {}
            for position, (name, checksum) in enumerate(index):
                path = entry / f"{position}.npy"
                if _checksum(path) != checksum:
                    raise ValueError(f"{path.name} does not have its checksum")
                arrays[name] = np.load(path, mmap_mode="r", allow_pickle=False)
            return arrays
        except (OSError, ValueError, TypeError) as problem:
            warnings.warn(
                f"The cache entry {key} is damaged ({problem}); the activations are recorded again.", stacklevel=4
            )
            shutil.rmtree(entry, ignore_errors=True)
            return None

    def store(self, key, arrays):
        """Write an entry; it appears whole or not at all, whoever else writes it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".making-", dir=self.folder))
        try:
            index = []
            for position, (name, values) in enumerate(arrays.items()):
                path = made / f"{position}.npy"
                np.save(path, values, allow_pickle=False)
                index.append([name, _checksum(path)])
            (made / "index.json").write_text(json.dumps(index))
            os.replace(made, self.folder / key)
        except OSError:  # another process was first; its entry is as good
            if not (self.folder / key).is_dir():
                raise
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _checksum(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()
