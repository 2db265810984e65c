"""Bytes of a text file -> text. Exports come in UTF-8, UTF-16 and 32, the Western code page of Windows, Shift-JIS and GBK.

Without a byte order mark the bytes themselves must tell. What is valid UTF-8 is UTF-8; the pattern of zero bytes tells UTF-16 and 32;
East Asian code pages show words of several such characters, where Western text misread as one shows single characters between letters.
"""

import re

HEAD = 4096
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8"),
)
_EAST_ASIAN = "\u3005-\u30ff\u4e00-\u9fff\uff08-\uff5e"
_WORD = re.compile(f"[{_EAST_ASIAN}]{{2,}}")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def decode(data: bytes) -> str | None:
    """The text without byte order marks; None where the bytes are no text."""
    text = _decoded(data)
    if text is None:
        return None
    head = text[:HEAD]
    if len(CONTROL.findall(head)) * 50 > len(head):
        return None
    return text.replace("\ufeff", "").rstrip("\x1a")  # old programs end a file with Ctrl-Z


def _decoded(data: bytes) -> str | None:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None) or _by_zero_bytes(data[:HEAD])
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":  # cut off within a character: the row that it stands in shows that
            return data[: error.start].decode(encoding or "utf-8")
        return None if encoding not in {None, "utf-8"} else _not_utf8(data)


def _by_zero_bytes(head: bytes) -> str | None:
    """The encoding in whose ASCII characters these bytes are zero."""
    first, second, third, fourth = (head[place::4].count(0) * 16 > len(head) for place in range(4))  # a quarter of each
    named = {(False, True, True, True): "utf-32-le", (True, True, True, False): "utf-32-be"}
    named |= {(False, True, False, True): "utf-16-le", (True, False, True, False): "utf-16-be"}
    return named.get((first, second, third, fourth))


def _not_utf8(data: bytes) -> str:
    """Lines in UTF-8 and others (exports pasted together), else the code page that makes sense of all."""
    lines = [(line, _utf8(line)) for line in data.splitlines(keepends=True) if not line.isascii()]
    valid = sum(text is not None for _, text in lines)
    if valid * 3 >= len(lines):
        return "".join(_utf8(line) or _legacy(line) for line in data.splitlines(keepends=True))
    return _legacy(data)


def _utf8(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def _legacy(data: bytes) -> str:
    for encoding in ("cp932", "gb18030", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252" or _has_words(text):
            return text
    return data.decode("latin-1")


def _has_words(text: str) -> bool:
    """Whether most characters outside ASCII stand in words of East Asian ones."""
    sample = text[: 16 * HEAD]
    return sum(map(len, _WORD.findall(sample))) * 10 >= len(_FOREIGN.findall(sample)) * 8
