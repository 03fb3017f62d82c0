"""The page as a file: small, closed, and without anything that a trust list could break out of."""

import base64
import json
import re
from hashlib import sha256

from fairmark.certify import page
from fairmark.certify.trust import TrustList
from tests.doubles import labels as given

MADE = page.render(given.trust(), given.statuses()).decode()


def test_the_script_is_smaller_than_10_kb() -> None:
    assert len(page.script().encode()) < 10_000


def test_the_policy_admits_the_one_script_and_the_one_style_sheet() -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', MADE)
    script = re.search(r"<script>(.*?)</script>", MADE, re.DOTALL)
    style = re.search(r"<style>(.*?)</style>", MADE, re.DOTALL)
    assert policy
    assert script
    assert style

    for kind, text in (("script", script[1]), ("style", style[1])):
        digest = base64.b64encode(sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none';")


def test_nothing_in_the_page_names_another_file_or_server() -> None:
    assert not re.search(r"(src|href)=", MADE)
    assert "fetch(" not in page.script()
    assert "XMLHttpRequest" not in page.script()
    assert "innerHTML" not in page.script()


def test_a_name_on_the_trust_list_makes_no_element() -> None:
    hostile = given.trust(given.issuer(given.LAB, name="</script><img src=x>{{script}}"))

    made = page.render(hostile, {}).decode()

    assert "<img" not in made
    assert made.count("</script>") == 2
    data = re.search(r'id="data">(.*?)</script>', made)
    assert data
    assert json.loads(data[1])["trust"]["issuers"][0]["name"] == "</script><img src=x>{{script}}"


def test_the_same_lists_give_the_same_page() -> None:
    assert page.render(given.trust(), given.statuses()).decode() == MADE


def test_an_empty_trust_list_says_that_it_knows_nobody() -> None:
    made = page.render(TrustList(), {}).decode()

    assert "every label will be of an unknown issuer" in made
    assert "whether a certificate still stands it cannot say" in made


def test_look_alikes_and_photocopies_are_explained() -> None:
    assert "photocopied" in MADE
    assert "look-alike" in MADE
