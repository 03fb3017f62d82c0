"""Small documents of our own in the forms of the public feeds."""

import json
from typing import Any


def as_json(document: object) -> bytes:
    return json.dumps(document).encode()


def nvd_item(cve: str = "CVE-2024-0001", **changes: Any) -> dict[str, Any]:
    match = {"vulnerable": True, "criteria": "cpe:2.3:a:acme:httpd:*:*:*:*:*:*:*:*", "versionEndExcluding": "2.0"}
    item = {
        "id": cve,
        "vulnStatus": "Analyzed",
        "published": "2024-01-02T00:00:00.000",
        "lastModified": "2024-02-03T00:00:00.000",
        "descriptions": [{"lang": "en", "value": "A flaw."}],
        "configurations": [{"nodes": [{"operator": "OR", "negate": False, "cpeMatch": [match]}]}],
    }
    return item | changes


def nvd_page(items: list[dict[str, Any]], start: int = 0, total: int | None = None) -> bytes:
    return as_json(
        {
            "resultsPerPage": len(items),
            "startIndex": start,
            "totalResults": len(items) if total is None else total,
            "format": "NVD_CVE",
            "version": "2.0",
            "timestamp": "2026-01-02T03:04:05.000",
            "vulnerabilities": [{"cve": item} for item in items],
        }
    )


def cve_document(cve: str = "CVE-2024-0001") -> bytes:
    version = {"status": "affected", "version": "1.0", "lessThan": "2.0", "versionType": "custom"}
    affected = [{"vendor": "acme", "product": "httpd", "versions": [version], "defaultStatus": "unaffected"}]
    about = {"cveId": cve, "state": "PUBLISHED", "dateUpdated": "2024-02-03T00:00:00Z"}
    return as_json({"dataType": "CVE_RECORD", "cveMetadata": about, "containers": {"cna": {"affected": affected}}})


def osv_advisory(**changes: Any) -> dict[str, Any]:
    events = [{"introduced": "0"}, {"fixed": "1.2-3"}]
    affected = {
        "package": {"ecosystem": "Debian:12", "name": "Zlib"},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    return {
        "schema_version": "1.6.0",
        "id": "DSA-1-1",
        "modified": "2024-02-03T00:00:00Z",
        "aliases": ["CVE-2024-0001", "CVE-2024-0002"],
        "affected": [affected],
    } | changes
