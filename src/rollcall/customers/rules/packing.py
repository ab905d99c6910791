"""Compressing wire rows before they are sealed (ciphertext does not compress).

Rows are sealed one by one, and a kilobyte of JSON is too short for a compressor to learn the names
of its keys: it is given samples to copy from. That makes a packed row four times smaller; rows of
other shapes only gain less.
"""

from __future__ import annotations

import threading
import zlib
from typing import Final

import zstandard

from rollcall.customers.rules.wire_sample import MORE_SAMPLES, WIRE_SAMPLE

#: Stands before every packed row: which samples it was packed with. Rows packed by zlib in earlier
#: times begin with 0x48.
_SAMPLES: Final = {b"\x01": MORE_SAMPLES + WIRE_SAMPLE}
_NEWEST: Final = b"\x01"
#: Hardly larger than with the usual level, and in half the time.
_LEVEL: Final = -1
#: No POS row is larger; a packed row that claims to be must not fill the memory.
_LARGEST: Final = 64 * 1024 * 1024


class PackedRowError(ValueError):
    """The bytes were not packed by us, or were cut off."""


def pack_raw(raw: bytes) -> bytes:
    """Compress a wire row."""
    return _NEWEST + _tools.packer.compress(raw)


def unpack_raw(packed: bytes) -> bytes:
    """The inverse of :func:`pack_raw`, for rows of all times.

    :raises PackedRowError: the bytes were not packed, or cut off.
    """
    if packed[:1] not in _SAMPLES:
        return _unpack_zlib(packed)
    try:
        return _tools.unpackers[packed[:1]].decompress(packed[1:], max_output_size=_LARGEST)
    except zstandard.ZstdError as error:
        raise PackedRowError("not a packed row, or cut off") from error


class _Tools(threading.local):
    """A packer and unpackers for each thread: they may not be shared by several at a time."""

    def __init__(self) -> None:
        samples = _dictionary(_NEWEST)
        samples.precompute_compress(level=_LEVEL)
        self.packer = zstandard.ZstdCompressor(level=_LEVEL, dict_data=samples, write_dict_id=False)
        self.unpackers = {
            which: zstandard.ZstdDecompressor(dict_data=_dictionary(which)) for which in _SAMPLES
        }


def _dictionary(which: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(_SAMPLES[which], dict_type=zstandard.DICT_TYPE_RAWCONTENT)


_tools: Final = _Tools()


def _unpack_zlib(packed: bytes) -> bytes:
    try:
        unpacker = zlib.decompressobj(zdict=WIRE_SAMPLE)
        raw = unpacker.decompress(packed)
    except zlib.error as error:
        raise PackedRowError("not a packed row") from error
    if not unpacker.eof:
        raise PackedRowError("cut off")
    return raw
