"""Many images side by side: one row each, and what they have in common."""

from pydantic import Field

from fairmark.model.value import Value


class FleetRow(Value):
    """One image in the summary. With ``error`` there is no assessment, and the figures say nothing."""

    image: str
    sha256: str = ""
    device: str = ""
    result: str = Field(default="", description="folder of its assessment")
    findings: dict[str, int] = Field(default_factory=dict, description="'A high', 'A medium' ... 'B low'")
    currency: str = ""
    private_mean: float | None = None
    private_p95: float | None = None
    social_mean: float | None = None
    level_reached: int | None = None
    level_required: int | None = None
    gaps: int | None = Field(default=None, description="how many things were not examined")
    error: str = Field(default="", description="why it could not be assessed")


class HeldKey(Value):
    """A key that an image holds, known by the SHA-256 of its public part alone (of a shared secret: of its body)."""

    public_sha256: str
    path: str
    kind: str = Field(default="private key", description="'private key', 'certificate', 'authorised key', 'host key'")


class FleetEntry(Value):
    """What one image adds to the summary and to the indexes across images."""

    row: FleetRow
    keys: tuple[HeldKey, ...] = ()
    components: tuple[tuple[str, str], ...] = Field(default=(), description="name, version")
