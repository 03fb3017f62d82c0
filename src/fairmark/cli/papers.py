"""What the user hands over beside the image on paper: documents, tests by hand, and what the maker advertises."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fairmark.model.device import Device
from fairmark.model.finding import Detection
from fairmark.model.value import sha256_hex
from fairmark.standards.document_text import Text, read_text
from fairmark.standards.manual import Results
from fairmark.workflows.adapters.inputs import read_file
from fairmark.workflows.adapters.maker_files import documents_of
from fairmark.workflows.maker_documents import Given, digests, read_documents
from fairmark.workflows.manual import MAX_BYTES, read_results, seen_by_hand

MOST_MARKETING = 1 << 20


@dataclass(frozen=True)
class Papers:
    """The papers, opened; nothing is judged before the date of the assessment is known."""

    device: Device
    documents: tuple[Given, ...] = ()
    unread: tuple[str, ...] = ()
    results: Results | None = None
    results_name: str = ""
    results_digest: str = ""
    marketing: Text | None = None
    marketing_digest: str = ""
    paths: tuple[Path, ...] = ()
    """Every file that was read."""

    @property
    def document_digests(self) -> tuple[str, ...]:
        """SHA-256 of the documents, sorted."""
        return digests(self.documents)

    def seen(self, now: datetime) -> tuple[Detection, ...]:
        """Return what documents and tests by hand show at the date of the assessment."""
        found = []
        if self.documents or self.unread:
            found.append(read_documents(self.documents, self.device, now))
            found.append(Detection(unseen=self.unread))
        if self.results is not None:
            found.append(seen_by_hand(self.results, self.device, self.results_name))
        return tuple(found)


def open_papers(
    device: Device, profile: Path | None, *, documents: Path | None, results: Path | None, marketing: Path | None
) -> Papers:
    """Read what was named; raises what the readers raise."""
    given, unread, paths = documents_of(profile, device.documents, documents)
    records = read_file(results, limit=MAX_BYTES, what="results of tests by hand") if results else b""
    words = read_file(marketing, limit=MOST_MARKETING, what="sentences of advertising") if marketing else b""
    return Papers(
        device=device,
        documents=given,
        unread=unread,
        results=read_results(records, str(results), device) if results else None,
        results_name=results.name if results else "",
        results_digest=sha256_hex(records) if results else "",
        marketing=read_text(words, str(marketing), lines_apart=True) if marketing else None,
        marketing_digest=sha256_hex(words) if marketing else "",
        paths=(*paths, *(path for path in (results, marketing) if path)),
    )
