"""Compiles the fold of lots (taxlots/lots/fold.c) where there is a C compiler. Without one the program is the same, only slower."""

import hashlib
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE, TARGET = "taxlots/lots/fold.c", "taxlots/lots/fold.so"
COMPILERS = ("cc", "gcc", "clang")


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  hatchling leaves its type argument open
    """Puts the compiled fold beside its source, and into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; `version` is `standard` or `editable`."""
        del version
        root = Path(self.root)
        if self.target_name != "wheel" or not compiled(root / SOURCE, root / TARGET):
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["artifacts"].append(TARGET)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"


def compiled(source: Path, target: Path) -> bool:
    """Compile the source; whether that worked. The library says which source, with what that includes, it was made from."""
    target.unlink(missing_ok=True)
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None or os.name != "posix":
        return False
    sources = b"".join(part.read_bytes() for part in sorted(source.parent.glob("*.c")))
    told = f'-DSOURCE="{hashlib.sha256(sources).hexdigest()}"'
    command = [compiler, "-O2", "-shared", "-fPIC", told, str(source), "-o", str(target)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603
