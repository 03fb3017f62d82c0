"""Tokens of SoftHSM in a folder of the test: made by its own tool, with known PINs."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

PIN = "736251"
MODULE = next(
    str(path)
    for path in (Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"))
    if path.exists()
)


@dataclass(frozen=True)
class Tokens:
    """A folder with tokens, and what SoftHSM needs to find it."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"SOFTHSM2_CONF": str(self.folder / "softhsm2.conf")}

    def add(self, label: str) -> None:
        """Make a token; programs that look already see it after they begin anew."""
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "998877", "--pin", PIN],
            env=os.environ | self.environment,
            check=True,
            capture_output=True,
        )


def made(folder: Path, *labels: str) -> Tokens:
    (folder / "tokens").mkdir(parents=True)
    lines = (f"directories.tokendir = {folder / 'tokens'}", "objectstore.backend = file", "log.level = ERROR")
    (folder / "softhsm2.conf").write_text("\n".join(lines) + "\n")
    tokens = Tokens(folder)
    for label in labels:
        tokens.add(label)
    return tokens


def uri(token: str, name: str = "", *, more: str = "") -> str:
    key = f";object={name}" if name else ""
    return f"pkcs11:token={token}{key}?module-path={MODULE}{more}"
