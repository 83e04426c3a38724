"""Folders that fsspec reaches by URL: S3-compatible stores, SFTP, WebDAV, archives and so on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import fsspec

from teaegg.core.errors import (
    InvalidRequestError,
    NotFoundError,
    SettingsError,
    SourceUnavailableError,
    TeaEggError,
)
from teaegg.core.settings import SourceSettings
from teaegg.ingest.readers.base import unreadable
from teaegg.ingest.sources.addresses import Address, SecretOf, filled
from teaegg.ingest.sources.base import Content, Reading, SourceFile, SourceItem, too_large
from teaegg.ingest.sources.names import is_skipped, safe

_READ_ATTEMPTS = 3
# By whichever of these a back end tells that a file has changed; the surest first.
_MARKS = (
    "ETag",
    "etag",
    "md5",
    "checksum",
    "mtime",
    "LastModified",
    "last_modified",
    "updated",
    "created",
)


class StoreSource:
    """A folder or file behind an fsspec URL. Only `find`, `info` and `cat_file` are ever called."""

    def __init__(self, address: Address, settings: SourceSettings, secret_of: SecretOf) -> None:
        self.root = address.root
        self._max_files = settings.max_files
        self._files, self._path = _opened(address, settings, secret_of)
        self._name = PurePosixPath(self._path.rstrip("/")).name or address.scheme

    async def look(self, known: Mapping[str, str]) -> list[SourceItem]:
        """Raises as `Source.look` says."""
        return await asyncio.to_thread(self._look)

    async def read(self, file: SourceFile, known_mark: str, *, limit_bytes: int) -> Reading:
        return await asyncio.to_thread(self._read, file, limit_bytes)

    async def close(self) -> None:
        """fsspec keeps its connections for itself."""

    def _look(self) -> list[SourceItem]:
        try:
            self._files.invalidate_cache()
            found = self._files.find(self._path, detail=True)
            if not found and not self._files.exists(self._path):
                raise _not_there(self.root)
        except TeaEggError:
            raise
        except FileNotFoundError as error:
            raise _not_there(self.root) from error
        # Every back end has errors of its own, and some are no OSError.
        except Exception as error:
            raise _unavailable(self.root, error) from error
        if len(found) > self._max_files:
            raise SourceUnavailableError(
                f"{self.root} lists more than {self._max_files} files.",
                remedy="Narrow it, or raise sources.max_files.",
            )
        files = (self._file(path, found[path]) for path in sorted(found))
        return [file for file in files if not any(map(is_skipped, file.source.split("/")[1:]))]

    def _file(self, path: str, info: Mapping[str, Any]) -> SourceFile:
        way = path.removeprefix(self._path).strip("/")
        return SourceFile(
            root=self.root,
            source=safe(f"{self._name}/{way}" if way else self._name),
            address=path,
            size_bytes=int(info.get("size") or 0),
            mark=_mark(info),
        )

    def _read(self, file: SourceFile, limit_bytes: int) -> Reading:
        try:
            before = self._state(file)
            for _ in range(_READ_ATTEMPTS):
                data = self._files.cat_file(file.address, end=limit_bytes + 1)
                if len(data) > limit_bytes:
                    raise too_large(file.source, limit_bytes)
                after = self._state(file)
                if before == after:
                    # The listing's mark: should the file have changed since, the next look finds out.
                    return Content(data, file.mark)
                before = after
        except TeaEggError:
            raise
        except FileNotFoundError:
            return "gone"
        except PermissionError as error:
            raise unreadable(
                file.source, "this account may not read it", "Have it allowed at the store."
            ) from error
        except Exception as error:
            raise _unavailable(self.root, error) from error
        raise SourceUnavailableError(
            f"{file.source} is being written just now.",
            remedy="Learn it again when it is finished.",
        )

    def _state(self, file: SourceFile) -> str:
        self._files.invalidate_cache()
        return _mark(self._files.info(file.address))


def _opened(address: Address, settings: SourceSettings, secret_of: SecretOf) -> tuple[Any, str]:
    options: dict[str, Any] = {
        name: filled(value, secret_of) for name, value in address.options.items()
    }
    if address.scheme == "s3" and settings.s3_endpoint_url:
        options["endpoint_url"] = settings.s3_endpoint_url
    if options.get("anon") in ("true", "1"):
        options["anon"] = True
    url = address.url._replace(scheme=address.scheme).geturl()
    if "::" in url:
        raise InvalidRequestError(
            f"{address.root} chains one store into another.", remedy="Name one store."
        )
    try:
        files, path = fsspec.core.url_to_fs(url, **options)
    except ImportError as error:
        raise SettingsError(
            f"Sources of kind {address.scheme}:// need a package that is missing: {error}.",
            remedy=f"pip install 'teaegg[{address.scheme}]'"
            if address.scheme == "s3"
            else "Install it.",
        ) from error
    except ValueError as error:
        raise InvalidRequestError(
            f"{address.root} is no kind of source that is known: {error}.",
            remedy="Use a path, http(s)://, imap(s)://, a database or a URL that fsspec knows.",
        ) from error
    except Exception as error:
        raise _unavailable(address.root, error) from error
    return files, str(path)


def _mark(info: Mapping[str, Any]) -> str:
    said = next((str(info[name]) for name in _MARKS if info.get(name)), "")
    return f"{said}:{info.get('size', '')}" if said else ""


def _not_there(root: str) -> NotFoundError:
    return NotFoundError(f"There is nothing at {root}.", remedy="Check the address.")


def _unavailable(root: str, error: Exception) -> SourceUnavailableError:
    return SourceUnavailableError(
        f"{root} did not answer: {type(error).__name__}: {error}.",
        remedy="Check the address and the credentials, or try again later.",
    )
