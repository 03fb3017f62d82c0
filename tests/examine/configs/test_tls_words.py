"""Words of TLS settings."""

import pytest

from fairmark.examine.configs.tls_words import old_versions, weak_ciphers


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("SSLv3 TLSv1 TLSv1.2", ["SSLv3", "TLSv1"]),
        ("all -SSLv3 -TLSv1", []),
        ("-ALL, TLSv1.1, TLSv1.2", ["TLSv1.1"]),
        ("TLSv1.2 TLSv1.3", []),
        ("all +SSLv3", ["SSLv3"]),
    ],
)
def test_outdated_versions_are_those_asked_for(text: str, old: list[str]) -> None:
    assert old_versions(text) == old


@pytest.mark.parametrize(
    ("text", "weak"),
    [
        ("HIGH:!aNULL:!MD5", []),
        ("ECDHE-RSA-AES128-GCM-SHA256:DES-CBC3-SHA", ["DES-CBC3-SHA"]),
        ("RC4-SHA:!RC4", []),
        ("ALL:EXPORT:aNULL", ["EXPORT", "aNULL"]),
        ("EECDH+AESGCM:EDH+AESGCM", []),
    ],
)
def test_a_cipher_that_is_ruled_out_again_is_none(text: str, weak: list[str]) -> None:
    assert weak_ciphers(text) == weak
