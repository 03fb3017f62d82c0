"""Honest texts, feeds and documents: what the mutator starts from."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Mapping

from fairmark.model.value import canonical_json
from fairmark.vulnerabilities.bundle import SCHEMA, write_bundle
from tests.doubles import feed_files, oscal_documents, sarif_logs, sboms
from tests.doubles.assessments import assessment
from tests.fuzz.targets.data import PRIVATE


def every() -> dict[str, Mapping[str, bytes]]:
    """Return them by target and name."""
    return {**_texts(), **_feeds(), **_documents(), **_bundles()}


def _texts() -> dict[str, Mapping[str, bytes]]:
    return {
        "shell": {
            "one": b'#!/bin/sh\nf() { local a=$1; case $a in x|y) echo ${a:-1} ;; *) return 1 ;; esac; }\nwhile read -r l; do f "$l" && break; done <<EOF\n$(cat /etc/x | tr a b)\nEOF\nif [ -n "$a" ]; then :; elif true; then (cd /; ls) 2>&1 > /dev/null; fi\n'
        },
        "script_shell": {"one": b"#!/bin/sh\neval $(echo \"$QUERY_STRING\" | sed 's/&/;/g')\nping -c 1 $host\n"},
        "script_lua": {
            "one": b"local h = luci.http.formvalue('host')\nif h then os.execute('ping ' .. h) end -- x\nlocal t = [[long\ntext]]\n"
        },
        "script_python": {
            "one": b'import os, cgi\ndef run(f):\n    h = f.getvalue(\'h\')\n    os.system(f\'ping {h}\')\nrun(cgi.FieldStorage())\n"""doc\n"""\n'
        },
        "script_php": {
            "one": b"<html><?php $h = $_GET['h']; if (preg_match('/^\\d+$/', $h)) { system(\"ping $h\"); } ?>\n<b>x</b><?= `ls $h` ?>\n"
        },
        "script_perl": {
            "one": b'#!/usr/bin/perl\nuse CGI; my $q = CGI->new; my $h = $q->param(\'h\');\nif ($h =~ m{^[a-z]+$}) { system("ping $h"); }\nprint <<"END";\n$h\nEND\n'
        },
        "script_javascript": {
            "one": b"const cp = require('child_process');\napp.get('/x', (req, res) => { cp.exec(`ping ${req.query.h}`, () => res.end(/a[/]b/g.test('x') ? 1 : 2)); });\n"
        },
        "settings": {
            "uci": b"config uhttpd 'main'\n\tlist listen_http '0.0.0.0:80'\n\toption home '/www'\n\nconfig cert 'x'\n\toption bits '2048' # x\n",
            "ini": b'[global]\nguest ok = yes ; x\nserver min protocol=NT1\n\n[share]\npath : "/srv"\n',
            "json": b'{"rtsp": {"users": [{"name": "admin", "pass": "a\\u00e9"}], "auth": false, // remark\n "port": 554}}\n',
            "xml": b'<?xml version="1.0"?>\n<a:config xmlns:a="x"><user name="admin" value="1"/><port>80</port><!-- x --><e k=\'v\'>t</e></a:config>\n',
            "yaml": b"server:\n  - name: x\n    auth: false  # no\n    \"quoted.name\": 'v'\nlast: 1\n",
            "nginx": b"http { server { listen 80; location /a { autoindex on; root '/srv/a b'; } } }\n",
            "apache": b'<Directory "/srv">\nOptions Indexes\n<Limit GET>\nAllow all\n</Limit>\n</Directory>\n',
            "lighttpd": b'server.modules = ( "mod_cgi", # x\n "mod_auth" )\n$HTTP["url"] =~ "^/a" {\n dir-listing.activate = "enable"\n} else {\n x += 1\n}\n',
        },
        "expression": {
            "version": rb"BusyBox v(\d{1,3}(?:\.\d{1,3}){1,3})(?!\d)",
            "class": rb"(?i)[a-z_]+\s*=\s*[\"'](?:[^\"'\\]|\\.){1,40}[\"']",
            "ahead": rb"(?=.*x)(?<![\d.])(?P<v>\d+)(?:a|b|(?:cd)*)+?$",
            "nested": rb"(?:(?:a|ab)(?:c|bcd)(?:d*)){1,5}x{3}",
            "scoped": rb"(?-i:A)(?s:.)\x00{2,}[^\x00-\x1f]{4,64}?\b",
        },
        "rules": {
            "one": b"rules:\n  - id: acmed\n    anchors: ['acmed/']\n    version: 'acmed/(\\d{1,3}\\.\\d{1,3})(?!\\d)'\n    cpe: a:acme:acmed\n    licence: MIT\n    positive: [{data: \"acmed/1.4 start\\0\", version: '1.4'}]\n    negative: [{data: \"acmed \\x00 1.4\"}]\n"
        },
        "profile": {
            "one": b"maker: Example Cameras Ltd\nmodel: EC-100\ndevice_class: camera\nnetwork: behind_nat\nmarkets: [EU, UK]\nfacts: {auth.password: true}\nclaims: {en303645: {'5.1-1': {implemented: true}, '5.2-1': {implemented: false, reason: none}}}\nsupport_until: 2031-12-31\ndeclared_services: ['tcp/443 https']\ncontrols: [unique-passwords]\neconomics: {currency: USD, price_year: 2026, price: 25, margin: 0.3, units_in_field: 100000}\n"
        },
        "versions": {
            "plain": b"1.0\n1.0.0\n1.0-rc1\n1.0a\n1.0a1\n",
            "letters": b"1.0.2\n1.0.2a\n1.0.2za\n3.0.0-alpha1\nopenssl-1.1.1w\n",
            "packages": b"1:1.2.13.dfsg-1+deb12u1\n1.0~rc1-2\n1.0^git1\n1.2.4_git20230717-r4\n1.2_p1-r0\n",
            "kernel": b"v6.1-rc3\n6.1.55\n3.4.113\n6.1\n4.9.0-12-amd64\n",
            "years": b"0.53.1\n2011.54\n2024.86\ndropbear_2020.81\n2022.82-2\n",
        },
        "ranges": {
            "one": b"1.2.3\n1.0\n2.0\nA flaw in x before 1.35, and through version 2.3.4; v1.2 and earlier. Fixed in 4.5.6\n"
        },
    }


def _feeds() -> dict[str, Mapping[str, bytes]]:
    cve = json.loads(feed_files.cve_document())
    affected = cve["containers"]["cna"]["affected"][0]
    affected |= {"cpes": ["cpe:2.3:a:acme:httpd:*:*:*:*:*:*:*:*"], "programFiles": ["net/x.c"], "platforms": ["ARM"]}
    affected["versions"] += [
        {
            "status": "affected",
            "version": "6.1",
            "lessThanOrEqual": "6.11.*",
            "versionType": "semver",
            "changes": [{"at": "6.5", "status": "unaffected"}],
        },
        {"status": "affected", "version": "<= 1.2"},
        {"status": "unaffected", "version": ">= 1.0, < 1.2"},
    ]
    ssvc = {"type": "ssvc", "content": {"options": [{"Exploitation": "active"}, {"Automatable": "yes"}]}}
    rating = {"cvssV3_1": {"baseScore": 9.8, "baseSeverity": "CRITICAL", "vectorString": "CVSS:3.1/AV:N"}}
    cve["containers"]["adp"] = [
        {"metrics": [{"other": ssvc}, rating], "problemTypes": [{"descriptions": [{"cweId": "CWE-787"}]}]}
    ]
    cve["containers"]["cna"]["descriptions"] = [{"lang": "en", "value": "A flaw before 2.0."}]
    metric = {
        "type": "Primary",
        "cvssData": {"baseScore": 7.5, "baseSeverity": "HIGH", "vectorString": "CVSS:3.1/AV:N"},
    }
    nvd = feed_files.nvd_item(
        metrics={"cvssMetricV31": [metric]},
        cisaExploitAdd="2024-02-02",
        weaknesses=[{"description": [{"value": "CWE-79"}]}],
    )
    euvd = {
        "items": [
            {
                "id": "EUVD-2024-1",
                "aliases": "CVE-2024-0001\nGHSA-x\n",
                "description": "x",
                "datePublished": "Apr 15, 2025, 8:30:58 PM",
                "baseScore": 9.8,
                "enisaIdProduct": [
                    {"product": {"name": "httpd"}, "product_version": "1.0 <1.2"},
                    {"product": {"name": "y"}, "product_version": "2.0 ≤ 2.3"},
                ],
                "enisaIdVendor": [{"vendor": {"name": "acme"}}],
            }
        ],
        "total": 1,
    }
    debian = {
        "zlib": {
            "CVE-2024-0001": {
                "description": "x",
                "releases": {
                    "bookworm": {"status": "resolved", "fixed_version": "1:1.2.13-1", "urgency": "low"},
                    "bullseye": {"status": "open", "urgency": "unimportant", "nodsa": "minor", "nodsa_reason": "x"},
                },
            },
            "TEMP-1": {},
        },
        "y": {"CVE-2024-0002": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "0"}}}},
    }
    alpine = {
        "distroversion": "v3.19",
        "reponame": "main",
        "packages": [
            {
                "pkg": {
                    "name": "busybox",
                    "secfixes": {"1.36.1-r2": ["CVE-2024-0001 (x)", "CVE-2024-0002"], "0": ["CVE-2024-0003"]},
                }
            }
        ],
    }
    kev = {
        "catalogVersion": "2026.01.01",
        "dateReleased": "2026-01-01T00:00:00Z",
        "vulnerabilities": [
            {
                "cveID": "CVE-2024-0001",
                "dateAdded": "2024-02-02",
                "dueDate": "2024-03-01",
                "knownRansomwareCampaignUse": "Known",
                "vulnerabilityName": "x",
            }
        ],
    }
    scores = b"#model_version:v2025,score_date:2026-01-01T00:00:00Z\ncve,epss,percentile\nCVE-2024-0001,0.5,0.9\nCVE-2024-0002,0.00042,0.1\n"
    events = [{"introduced": "0"}, {"fixed": "1.2"}, {"introduced": "2.0"}, {"last_affected": "2.3"}]
    semver = {
        "package": {"ecosystem": "OSS-Fuzz", "name": "x"},
        "ranges": [{"type": "SEMVER", "events": events}, {"type": "GIT", "events": []}],
        "versions": ["1.1", "v2.1"],
    }
    one = json.dumps(cve).encode()
    return {
        "feed_cve": {"one": one},
        "feed_openssl": {"one": one.replace(b'"httpd"', b'"OpenSSL"')},
        "feed_vulnrichment": {"one": one},
        "feed_nvd": {
            "page": feed_files.nvd_page([nvd, feed_files.nvd_item("CVE-2024-0002")]),
            "mirror": json.dumps({"cve_items": [nvd]}).encode(),
            "one": json.dumps(nvd).encode(),
        },
        "feed_osv": {
            "debian": json.dumps(feed_files.osv_advisory()).encode(),
            "semver": json.dumps(feed_files.osv_advisory(affected=[semver])).encode(),
        },
        "feed_euvd": {"page": json.dumps(euvd).encode()},
        "feed_debian": {"one": json.dumps(debian).encode()},
        "feed_alpine": {"one": json.dumps(alpine).encode()},
        "feed_kev": {
            "json": json.dumps(kev).encode(),
            "csv": b"cveID,vendorProject,product,vulnerabilityName,dateAdded,dueDate,knownRansomwareCampaignUse\nCVE-2024-0001,a,b,c,2024-02-02,2024-03-01,Known\n",
        },
        "feed_epss": {"plain": scores, "packed": gzip.compress(scores, mtime=0)},
        "archive": {
            "plain": one,
            "gz": gzip.compress(one, mtime=0),
            "xz": lzma.compress(one),
            "bz2": bz2.compress(one),
            "zip": _zip_of(
                {"a.json": one, "b/c.json.gz": gzip.compress(one, mtime=0), "inner.zip": _zip_of({"d.json": one})}
            ),
        },
    }


def _zip_of(files: Mapping[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return sink.getvalue()


def _documents() -> dict[str, Mapping[str, bytes]]:
    openvex = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "x",
        "statements": [
            {
                "vulnerability": {"name": "CVE-2024-0001", "aliases": ["CVE-2024-0002"]},
                "products": [
                    {
                        "@id": "pkg:generic/x@1",
                        "identifiers": {"purl": "pkg:generic/x@1"},
                        "subcomponents": [{"@id": "pkg:deb/debian/zlib@1"}],
                    }
                ],
                "status": "not_affected",
                "justification": "component_not_present",
                "impact_statement": "x",
            }
        ],
    }
    product = {"name": "X 1", "product_id": "P1", "product_identification_helper": {"purl": "pkg:generic/x@1"}}
    branch = {
        "category": "product_name",
        "name": "X",
        "branches": [{"category": "product_version", "name": "1", "product": product}],
    }
    related = {
        "category": "default_component_of",
        "product_reference": "P2",
        "relates_to_product_reference": "P1",
        "full_product_name": {"product_id": "P1:P2", "name": "y in x"},
    }
    csaf = {
        "document": {"category": "csaf_vex", "csaf_version": "2.0"},
        "product_tree": {
            "branches": [branch],
            "full_product_names": [{"name": "y", "product_id": "P2"}],
            "relationships": [related],
        },
        "vulnerabilities": [
            {
                "cve": "CVE-2024-0001",
                "product_status": {"known_not_affected": ["P1:P2"], "fixed": ["P1"]},
                "flags": [{"label": "component_not_present", "product_ids": ["P1:P2"]}],
                "threats": [{"category": "impact", "details": "x", "product_ids": ["P1"]}],
            }
        ],
    }
    part = {
        "bom-ref": "r1",
        "type": "library",
        "name": "zlib",
        "version": "1.2.13",
        "purl": "pkg:deb/debian/zlib@1.2.13",
        "cpe": "cpe:2.3:a:zlib:zlib:1.2.13:*:*:*:*:*:*:*",
        "licenses": [{"license": {"id": "Zlib"}}],
        "hashes": [{"alg": "SHA-256", "content": "00" * 32}],
    }
    cyclonedx = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"component": {"bom-ref": "r0", "name": "camera", "version": "1"}},
        "components": [part],
        "vulnerabilities": [
            {
                "id": "CVE-2024-0001",
                "analysis": {"state": "not_affected", "justification": "code_not_reachable", "detail": "x"},
                "affects": [{"ref": "r1"}, {"ref": "urn:cdx:x/1#pkg:generic/y"}],
            }
        ],
    }
    spdx = {
        "spdxVersion": "SPDX-2.3",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "x",
        "packages": [
            {
                "SPDXID": "SPDXRef-1",
                "name": "zlib",
                "versionInfo": "1.2.13",
                "licenseConcluded": "Zlib",
                "externalRefs": [
                    {
                        "referenceCategory": "PACKAGE-MANAGER",
                        "referenceType": "purl",
                        "referenceLocator": "pkg:deb/debian/zlib@1",
                    }
                ],
            }
        ],
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relatedSpdxElement": "SPDXRef-1", "relationshipType": "DESCRIBES"}
        ],
    }
    row = {"cve": "CVE-2024-0001", "component": "zlib", "version": "1", "what": None, "first_seen": "2026-01-01"}
    told = {"schema": "fairmark.watch/1", "told": {"x 1": [row]}}
    waivers = b"waivers:\n  - {waives: empty-password, owner: the lab, reason: only in the lab, expires: 2031-01-01}\n"
    return {
        "vex": {
            name: json.dumps(document).encode()
            for name, document in (("openvex", openvex), ("csaf", csaf), ("cyclonedx", cyclonedx))
        },
        "sbom": {
            "cyclonedx": json.dumps(cyclonedx).encode(),
            "cyclonedx-nested": sboms.as_bytes(sboms.CYCLONEDX),
            "spdx": json.dumps(spdx).encode(),
            "tags": sboms.TAGS.encode(),
            "archive": sboms.yocto_archive(),
        },
        "sarif": {"one": sarif_logs.log(sarif_logs.run(sarif_logs.result()))},
        **oscal_documents.seeds(),
        "watch_state": {"one": json.dumps(told).encode()},
        "assessment": {"one": canonical_json(assessment())},
        "waivers": {"one": waivers},
    }


def _bundles() -> dict[str, Mapping[str, bytes]]:
    rows = [{"feed": "cve", "part": "", "record": {"cve": f"CVE-2024-{number:04}"}} for number in range(3)]
    sink = io.BytesIO()
    write_bundle(sink, iter(rows), {"cve": None}, PRIVATE)
    manifest = {"schema": SCHEMA, "feeds": {"cve": "2026-01-01", "kev": None}, "members": "right"}
    lines = [json.dumps(row).encode() for row in rows]
    other = {"schema": SCHEMA, "feeds": {}, "members": [{"name": "data/0000.jsonl", "size": 5, "sha256": "0" * 64}]}
    return {
        "bundle": {"one": sink.getvalue()},
        "manifest": {
            "right": b"\n".join([json.dumps(manifest).encode(), *lines]),
            "wrong": b"\n".join([json.dumps(other).encode(), *lines]),
        },
    }
