"""A proposal as the text of a `[[layout]]` entry, with its doubts as remarks."""

import json
from typing import Any

from taxlots.importers.proposals.lines import Line, Proposal, TypeLine

_DOUBTFUL = 70


def toml_of(proposal: Proposal) -> str:
    """The entry; what is doubtful says so in its line, types of which nothing is known are remarks to fill in."""
    listed = [line for line in proposal.lines if line.key != "kind"]
    kinds = [line for line in proposal.lines if line.key == "kind"]
    lines = [f"# {_one_line(proposal.file)}: proposed from the header and {proposal.rows} rows; read it before you use it.", "[[layout]]"]
    lines.append(f"id = {text_of(proposal.id)}")
    lines += [_line(line) for line in listed[:2]]
    if kinds:
        lines.append(f"kind = {text_of([line.value for line in kinds])}{_doubt(min(kinds, key=lambda line: line.sure))}")
    lines += [_line(line) for line in listed[2:]]
    if proposal.types:
        lines += ["", "[layout.kinds]", *(_type(line) for line in proposal.types)]
        if not any(line.guess.kind for line in proposal.types):
            lines.append('"(no type is known)" = "aside: fill in the types above, then take this line out"')
    return "\n".join(lines) + "\n"


def _line(line: Line) -> str:
    return f"{line.key} = {text_of(line.value)}{_doubt(line)}"


def _doubt(line: Line) -> str:
    return f"  # {line.sure} % sure: {_one_line(line.reason)}" if line.sure < _DOUBTFUL else ""


def _type(line: TypeLine) -> str:
    rows = "1 row" if line.rows == 1 else f"{line.rows} rows"
    if line.guess.kind is None:
        return f'# {text_of(line.said)} = ""  # {rows}; fill in: {_one_line(line.guess.reason)}'
    doubt = f"; {line.guess.sure} % sure: {_one_line(line.guess.reason)}" if line.guess.sure < _DOUBTFUL else ""
    return f"{text_of(line.said)} = {text_of(line.guess.kind)}  # {rows}{doubt}"


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def text_of(value: Any) -> str:
    """A text, a truth, a list or a leg as TOML; JSON's strings are TOML's but for the delete character."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {text_of(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(text_of, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
