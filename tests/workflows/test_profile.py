import pytest

from fairmark.errors import WrongUsageError
from fairmark.model.device import Device, Market, Network
from fairmark.workflows.profile import MAX_BYTES, read_profile


def faults_of(text: str) -> str:
    with pytest.raises(WrongUsageError) as caught:
        read_profile(text.encode(), "device.yaml")
    assert caught.value.hint
    return str(caught.value)


def test_an_empty_profile_says_nothing_and_is_no_fault() -> None:
    assert read_profile(b"", "device.yaml") == Device()
    assert read_profile(b"# only a comment\n", "device.yaml") == Device()


def test_a_profile_is_read_with_its_dates_and_enumerations() -> None:
    device = read_profile(b"network: behind_nat\nmarkets: [EU, UK]\nsupport_until: 2031-12-31\n", "device.yaml")

    assert device.network is Network.BEHIND_NAT
    assert device.markets == (Market.EU, Market.UK)
    assert str(device.support_until) == "2031-12-31"


def test_every_fault_is_listed_at_once_with_its_field_what_was_expected_and_an_example() -> None:
    faults = faults_of(
        "network: wifi\neconomics: {price: -1, units_in_field: many}\nsupport_until: soon\ncolour: red\n"
    )

    assert "5 faults" in faults
    assert "network: wifi is not valid" in faults
    assert "'behind_nat'" in faults
    assert "example: network: behind_nat" in faults
    assert "economics.price" in faults
    assert "economics.units_in_field" in faults
    assert "example: support_until: 2031-12-31" in faults
    assert "colour: is not a field" in faults


def test_a_misspelt_field_is_answered_with_the_nearest() -> None:
    assert "did you mean network?" in faults_of("netwrok: local\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("network: none\nfacts: {interface.network: true}\n", "contradicts network: none"),
        ("network: none\ndeclared_services: ['tcp/80 http']\n", "declared_services"),
        ("facts: {auth.passwrod: true}\n", "did you mean auth.password?"),
        (
            "facts: {auth.preset_unique_password: true, auth.password: false}\n",
            "contradicts facts.auth.preset_unique_password",
        ),
        ("claims: {en303645: {'5.1-9': {implemented: true}}}\n", "is not a provision"),
        ("claims: {iso: {'1': {implemented: true}}}\n", "is not a catalogue"),
        ("claims: {en303645: {'5.1-1': {implemented: null}}}\n", "reason: missing"),
        ("economics: {price: 25}\n", "economics.currency: missing"),
        ("device_class: camera\nfacts: {sensing.external: false}\n", "contradicts device_class: camera"),
    ],
)
def test_what_contradicts_itself_or_names_the_unknown_is_refused(text: str, expected: str) -> None:
    assert expected in faults_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "network: [",
        "- a\n- b",
        "just words",
        "a: &x 1\nb: *x",
        "network: local\nnetwork: none",
        "1: 2",
        "!!python/object:os.system x",
    ],
)
def test_what_is_no_plain_mapping_is_refused_with_a_hint(text: str) -> None:
    assert "device.yaml" in faults_of(text)


def test_deep_nesting_ends_in_a_fault() -> None:
    faults_of("facts: " + "[" * 3000)


def test_a_profile_of_many_bytes_is_refused_before_it_is_parsed() -> None:
    assert "larger than" in faults_of("#" * (MAX_BYTES + 1))


def test_invalid_utf_8_is_refused() -> None:
    with pytest.raises(WrongUsageError):
        read_profile(b"maker: \xff\xfe\n", "device.yaml")


def test_a_number_too_long_to_be_written_out_is_a_fault_like_any_other() -> None:
    with pytest.raises(WrongUsageError, match="maker: a number of that length is not valid"):
        read_profile(b"maker: 0x" + b"f" * 20_000, "device.yaml")


def test_faults_without_end_are_counted_and_the_first_are_shown() -> None:
    faults = faults_of("facts: {" + ", ".join(f"no.such.{number}: true" for number in range(80)) + "}\n")

    assert "80 faults" in faults
    assert "and 30 more" in faults
    assert len(faults.splitlines()) == 52
