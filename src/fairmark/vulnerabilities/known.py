"""Records that are held in memory: the starter set, and what the tests and small databases bring."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from fairmark.model.vulnerability import FeedState
from fairmark.vulnerabilities.merge import merged
from fairmark.vulnerabilities.record import Record


@dataclass(frozen=True)
class KnownRecords:
    """An implementation of ``Records`` over a handful of records; ``name`` is the digest of their state."""

    records: tuple[Record, ...]
    states: tuple[FeedState, ...]
    name: str

    @cached_property
    def _by_product(self) -> Mapping[str, tuple[Record, ...]]:
        found: dict[str, dict[str, Record]] = {}
        for record in merged(self.records):
            for one in record.affected:
                found.setdefault(one.product, {})[record.cve] = record
        return {product: tuple(records.values()) for product, records in found.items()}

    def of_products(self, products: Collection[str]) -> Iterable[Record]:
        """Return every record that names one of the products, sorted by CVE."""
        found = {record.cve: record for product in products for record in self._by_product.get(product, ())}
        return tuple(found[cve] for cve in sorted(found))

    def of_cves(self, cves: Collection[str]) -> Iterable[Record]:
        """Return the records with these ids, sorted."""
        return tuple(record for record in merged(self.records) if record.cve in cves)

    def feeds(self) -> tuple[FeedState, ...]:
        """Return the state of each feed, sorted by name."""
        return self.states

    def digest(self) -> str:
        """Return the SHA-256 that names this state of the data."""
        return self.name
