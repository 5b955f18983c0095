"""
Secrets at rest: Fernet (AES-128-CBC with HMAC-SHA256), one key per home.

The key comes from the settings (ISTHMUS_KEY) or from a file only its owner can read.
"""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from isthmus.base.ids import new_run_id
from isthmus.state.errors import KeyWrong

MAKE_A_KEY = (
    "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
)

SAVE_AGAIN = "save the connections again: isthmus connect autotask, isthmus connect fieldnation"


class Vault:
    """Locks and unlocks text. Reads its key when first needed, makes one when first locking."""

    def __init__(self, key: str | None, key_file: Path) -> None:
        self._key = key
        self._file = key_file
        self._fernet: Fernet | None = None

    def __repr__(self) -> str:
        return f"Vault(key from {self._source()})"

    def lock(self, text: str) -> bytes:
        """Encrypt. Raises KeyWrong when the key is no key."""
        return self._open(create=True).encrypt(text.encode())

    def unlock(self, token: bytes) -> str:
        """Decrypt. Raises KeyWrong when the key is missing, is no key, or is another one."""
        try:
            return self._open(create=False).decrypt(token).decode()
        except InvalidToken:
            raise KeyWrong(
                "The saved secrets were locked with another key.",
                where=self._source(),
                remedy=f"Bring back the key they were saved with, or {SAVE_AGAIN}",
            ) from None

    def _source(self) -> str:
        return "ISTHMUS_KEY" if self._key is not None else str(self._file)

    def _open(self, *, create: bool) -> Fernet:
        if self._fernet is None:
            self._fernet = self._make(self._read(create=create))
        return self._fernet

    def _make(self, key: str) -> Fernet:
        try:
            return Fernet(key)
        except ValueError:
            raise KeyWrong(
                "The key for the secrets is not 32 bytes in URL-safe base64.",
                where=self._source(),
                remedy=f"Use the key the secrets were saved with, or make a new one: {MAKE_A_KEY}",
            ) from None

    def _read(self, *, create: bool) -> str:
        if self._key is not None:
            return self._key
        try:
            if create and not self._file.exists():
                create_key_file(self._file)
            return self._file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise KeyWrong(
                "The key for the saved secrets is gone.",
                where=str(self._file),
                remedy=f"Bring the file back, set ISTHMUS_KEY to its text, or {SAVE_AGAIN}",
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise KeyWrong(
                f"The key for the secrets cannot be read: {type(error).__name__}.",
                where=str(self._file),
                remedy="Make the file readable for the user Isthmus runs as.",
            ) from None


def create_key_file(path: Path) -> None:
    """
    Make a key at `path`, mode 0600, unless there is one: of two processes the first one wins.

    The file appears whole, under its name, or not at all.
    """
    draft = path.with_name(f".{path.name}-{new_run_id()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
