"""Write a commented device.yaml: what was answered is filled in, the rest waits behind a '#'."""

import json

from fairmark.model.device import Asset, CraClass, Device, DeviceClass, Market, Network, PhysicalAccess
from fairmark.model.value import Value

SCHEMA_FILE = "device.schema.json"


class Answers(Value):
    """What must be asked: without these the price and the law are guesses."""

    maker: str = ""
    model: str = ""
    device_class: DeviceClass | None = None
    network: Network | None = None
    markets: tuple[Market, ...] = ()


def device_schema() -> bytes:
    """Return the JSON Schema of device.yaml, for completion and checks in an editor."""
    schema = Device.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Fairmark device profile (device.yaml)"
    return (json.dumps(schema, indent=2, sort_keys=True) + "\n").encode()


def profile_template(answers: Answers) -> bytes:
    """Return the text of a device.yaml with the answers filled in."""
    lines = [
        f"# yaml-language-server: $schema={SCHEMA_FILE}",
        "# What you say about the device. Nothing here is proof: it decides what applies and feeds the price.",
        "# Leave out what you do not know: an unknown fact makes a provision INCONCLUSIVE, never passed.",
        "",
        _line("maker", _text(answers.maker), "Example Cameras Ltd", "who puts it on the market"),
        _line("model", _text(answers.model), "EC-100", "the model this profile speaks of"),
        _line("hardware_revision", "", '"B2"', ""),
        _line("firmware_version", "", '"1.4.2"', "in quotes: 1.10 would become a number"),
        _line("device_class", answers.device_class or "", "camera", _choices(DeviceClass)),
        _line("network", answers.network or "", "behind_nat", _choices(Network)),
        _line("physical_access", "", "owner", _choices(PhysicalAccess)),
        _line("assets", "", "[personal]", _choices(Asset)),
        _line("actuation", "", "false", "does it move, heat, lock or switch something?"),
        _line("cra_class", "", "important_I", _choices(CraClass) + "; Regulation (EU) 2024/2847, Annexes III and IV"),
        _line("markets", _list(answers.markets), "[EU, UK]", "where it is sold: " + _choices(Market)),
        _line("support_until", "", "2031-12-31", "last day of security updates, year-month-day"),
        "",
        "# Open ports as you know them. What the image starts beyond this list is a finding.",
        '# declared_services: ["tcp/443 https"]',
        "",
        "# Money: without these, typical values of the device class are used and listed in the report.",
        "# economics:",
        "#   currency: USD",
        "#   price_year: 2026",
        "#   units_in_field: 100000",
        "#   units_per_year: 40000      # sold a year",
        "#   price: 25                  # retail, one unit",
        "#   margin: 0.3                # your share of the price",
        "",
        "# Controls you have in place; a finding that shows the opposite takes them away. `fairmark explain controls`.",
        "# controls: [unique-passwords, penetration-test]",
        "",
        "# Facts decide which provisions apply. `fairmark explain facts` lists them all.",
        "# facts:",
        "#   auth.password: true        # passwords authenticate users or machines",
        "#   update.mechanism: true     # an update mechanism is implemented",
        "",
        "# Your claims, per standard (the ICS of ETSI TS 103 701). Evidence may contradict them.",
        "# A claim alone passes nothing.",
        "# claims:",
        "#   en303645:",
        '#     "5.1-1": {implemented: true}',
        '#     "5.3-14": {implemented: null, reason: "every component can be updated"}',
        "",
        "# What it is for. The risk assessment that the CRA asks for starts from these (`fairmark threats`).",
        "# use:",
        "#   purpose: a camera that a household sets up to watch its own rooms and garden",
        "#   foreseeable: runs day and night behind the router of a home, mostly forgotten",
        "#   misuse: pointed at neighbours or at people who do not know of it",
        "#   environment: indoors and under a roof, in a home network beside phones and computers",
        "#   years: 6                   # expected to be in use",
        "",
        "# Addresses of what you publish; or files beside this one, which are then read.",
        "# documents:",
        "#   disclosure_policy: https://www.example.com/security",
        "#   security_contact: security@example.com",
        "#   security_txt: https://www.example.com/.well-known/security.txt",
        "#   update_policy: https://www.example.com/updates",
        "#   support_period: https://www.example.com/support",
        "#   statement_of_compliance: https://www.example.com/soc",
        "#   privacy_information: papers/privacy.md",
        "#   user_instructions: papers/manual.html",
    ]
    return ("\n".join(lines) + "\n").encode()


def _line(field: str, value: str, example: str, comment: str) -> str:
    text = f"{field}: {value}" if value else f"# {field}: {example}"
    return f"{text:<40}# {comment}" if comment else text


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


def _list(values: tuple[Market, ...]) -> str:
    return f"[{', '.join(values)}]" if values else ""


def _choices(choices: type[DeviceClass | Network | PhysicalAccess | Asset | CraClass | Market]) -> str:
    return " | ".join(choices)
