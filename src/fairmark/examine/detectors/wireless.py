"""Wireless access points: open or broken encryption, one passphrase for all units, WPS with a fixed PIN."""

import re
from collections.abc import Sequence

from fairmark.examine.configs.inspection import Inspection, where
from fairmark.examine.configs.lines import Setting, directives, last
from fairmark.examine.configs.running import Running
from fairmark.examine.configs.sections import Section, uci
from fairmark.examine.configs.stored import entry_id
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Reach, Severity

WEAK = Rule(
    id="wifi-weak-encryption",
    title="The access point is open or uses broken encryption",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="The access point that the device opens by itself has no encryption, WEP, or WPA with TKIP alone: everybody "
    "near reads along or joins.",
    false_positives="A network that is only there until the device is set up; it is open all the same in that time.",
    fix="Use WPA2 or WPA3 with CCMP, and for set-up a passphrase of the unit's own on its label.",
    cwe="CWE-327",
    references=("ETSI EN 303 645 provision 5.5-1",),
)
PASSPHRASE = Rule(
    id="wifi-shared-passphrase",
    title="All units have the same Wi-Fi passphrase",
    weakness="default-password",
    severity=Severity.MEDIUM,
    what="The passphrase of the device's own access point stands in the image, so it is the same in every unit. Grade "
    "A: it is an entry of the list of known defaults.",
    false_positives="A passphrase that a script replaces at first boot; where a start script names the file, the "
    "finding is grade C.",
    fix="Give every unit a passphrase of its own at production, printed on its label.",
    cwe="CWE-1392",
    references=("ETSI EN 303 645 provision 5.1-1",),
)
WPS_PIN = Rule(
    id="wifi-wps-pin",
    title="WPS is on with a PIN that is the same in all units",
    weakness="default-password",
    severity=Severity.HIGH,
    what="The access point accepts WPS and the PIN stands in the image. With it a stranger gets the passphrase, "
    "however long that is; without it, the PIN falls in at most 11,000 guesses.",
    false_positives="None known.",
    fix="Switch the PIN method off (no ap_pin, ap_setup_locked=1), or WPS as a whole.",
    cwe="CWE-1392",
)

_HOSTAPD = ("/etc/hostapd.conf", "/etc/hostapd/hostapd.conf")
_WIRED_KEYS = re.compile(r"wep_key\d")
_REPLACES = re.compile(r"wpa_passphrase|wpa_psk|uci\s+(?:-q\s+)?set\s+wireless|wireless\.[@\w\[\]-]+\.key")


def _detect(subject: Subject) -> Detection:
    look = Inspection(subject)
    read: list[FileFacts | None] = []
    for run in look.running("hostapd", "wpad", "wpad-mini"):
        named = [file for word in run.words if word.startswith("/") and (file := look.text_file(word, run.root))]
        given = any(word.startswith("/") and word.endswith(".conf") for word in run.words)
        files = named if given else [file for path in _HOSTAPD if (file := look.text_file(path, run.root))][:1]
        for file in files:
            _hostapd(look, run, file)
        read += files
    for file in look.unread(_HOSTAPD, read):
        _hostapd(look, None, file)
    for file in look.unread(("/etc/config/wireless",), ()):
        _uci(look, file)
    return look.detection()


# hostapd -----------------------------------------------------------------------------------------


def _hostapd(look: Inspection, run: Running | None, file: FileFacts) -> None:
    """A file may hold several networks: each ``bss=`` line begins another."""
    networks: list[list[Setting]] = [[]]
    for one in directives(file, comments=("#",)):
        if one.name == "bss":
            networks.append([])
        networks[-1].append(one)
    for settings in networks:
        name = last(settings, "ssid", "ssid2")
        if name:
            _network(look, run, file, name, settings)


def _network(
    look: Inspection, run: Running | None, file: FileFacts, name: Setting, settings: Sequence[Setting]
) -> None:
    wpa, keys = last(settings, "wpa"), last(settings, "wpa_key_mgmt")
    version = int(wpa.value) if wpa and wpa.value.isdecimal() else 0
    enterprise = last(settings, "ieee8021x")
    wep = [one for one in settings if _WIRED_KEYS.fullmatch(one.name)]
    ciphers = " ".join(one.value for one in settings if one.name in {"wpa_pairwise", "rsn_pairwise"}).upper()
    shown: list[Setting | Evidence] = [name, *([wpa] if wpa else [])]
    if version == 0 and not (enterprise and enterprise.is_on) and not (keys and "OWE" in keys.value):
        kind = "uses WEP" if wep else "is open"
        hidden = [look.hidden(one, "a WEP key") for one in wep]
        look.flaw(WEAK, f"The access point of {where(file)} {kind}", run, [*shown, *hidden], reach=_near(run))
    elif "TKIP" in ciphers and "CCMP" not in ciphers and "GCMP" not in ciphers:
        used = [one for one in settings if one.name in {"wpa_pairwise", "rsn_pairwise"}]
        look.flaw(WEAK, f"The access point of {where(file)} uses TKIP alone", run, [*shown, *used], reach=_near(run))
    phrase = last(settings, "wpa_passphrase", "wpa_psk", "sae_password")
    if phrase and phrase.value and version:
        _passphrase(look, run, phrase, in_force=False)
    _wps(look, run, file, settings)


def _near(run: Running | None) -> Reach | None:
    """Radio reaches beyond the device whether or not a port is open."""
    return Reach.EXPOSED if run and run.certain else None


def _passphrase(look: Inspection, run: Running | None, phrase: Setting, *, in_force: bool) -> None:
    number = entry_id("", phrase.value)
    known = f"entry {number} of the list of known defaults" if number else "the same in every unit"
    replaced = run is not None or in_force
    replaced = replaced and any(
        one.certain and (file := look.text_file(one.path, one.root)) and _REPLACES.search(file.text or "")
        for one in look.scripts
        if one.root == phrase.file.root
    )
    grade = Confidence.C if replaced else Confidence.A if number else Confidence.B
    title = f"The access point of {where(phrase.file)} has a fixed passphrase ({known})"
    shown = (look.hidden(phrase, f"the passphrase is {known}"),)
    reach = Reach.EXPOSED if in_force else _near(run)
    severity = Severity.HIGH if number else None
    look.flaw(PASSPHRASE, title, run, shown, confidence=grade, in_force=in_force, reach=reach, severity=severity)


def _wps(look: Inspection, run: Running | None, file: FileFacts, settings: Sequence[Setting]) -> None:
    state, pin, locked = last(settings, "wps_state"), last(settings, "ap_pin"), last(settings, "ap_setup_locked")
    if state is None or state.value not in {"1", "2"} or pin is None or not pin.value or (locked and locked.is_on):
        return
    shown = [look.seen(state), look.hidden(pin, "the PIN of every unit")]
    look.flaw(WPS_PIN, f"The access point of {where(file)} has WPS with a fixed PIN", run, shown, reach=_near(run))


# OpenWrt -----------------------------------------------------------------------------------------


def _uci(look: Inspection, file: FileFacts) -> None:
    world = look.world(file.root)
    programs = ("/usr/sbin/hostapd", "/usr/sbin/wpad")
    in_force = bool(world and world.test("-f", "/etc/rc.common") and any(world.test("-f", one) for one in programs))
    sections = uci(file)
    switched_off = {one.name for one in sections if one.type == "wifi-device" and one.is_on("disabled")}
    for section in sections:
        is_point = section.type == "wifi-iface" and section.value("mode", "ap") == "ap"
        if is_point and section.value("device") not in switched_off and not section.is_on("disabled"):
            _point(look, file, section, in_force=in_force)


def _point(look: Inspection, file: FileFacts, section: Section, *, in_force: bool) -> None:
    encryption = section.get("encryption")
    kind = encryption.value.lower() if encryption else "none"
    shown = [one for one in (section.get("ssid"), encryption) if one] or [section.start]
    reach = Reach.EXPOSED if in_force else None
    weak = "is open" if kind == "none" else "uses WEP" if kind.startswith("wep") else ""
    if re.fullmatch(r"psk2?\+tkip|wpa2?\+tkip", kind):
        weak = "uses TKIP alone"
    if weak:
        look.flaw(WEAK, f"The access point of {where(file)} {weak}", None, shown, in_force=in_force, reach=reach)
    key = section.get("key")
    if key and len(key.value) > 7 and kind not in {"none", "owe"} and not kind.startswith(("wep", "wpa")):
        _passphrase(look, None, key, in_force=in_force)
    pin = section.get("wps_pin")
    if pin and pin.value:
        title = f"The access point of {where(file)} has WPS with a fixed PIN"
        look.flaw(WPS_PIN, title, None, (look.hidden(pin, "the PIN of every unit"),), in_force=in_force, reach=reach)


DETECTOR = Detector(
    id="wireless",
    title="Wireless access points",
    rules=(WEAK, PASSPHRASE, WPS_PIN),
    detect=_detect,
)
