"""Write a commented ``threats.yaml`` to start from: the open threats of a build, ready to be decided."""

from fairmark.model.threat import Standing, ThreatModel
from fairmark.risk.threat_rules import threat_rules

MOST_LISTED = 200
_LONGEST = 110


def threats_template(model: ThreatModel) -> bytes:
    """Return the text of a threats.yaml that decides nothing yet; every open threat stands in it behind a '#'."""
    kinds = ", ".join(kind.id for kind in threat_rules().kinds)
    lines = [
        "# What you decide about the threats of this device, and what no image can show. It lies beside device.yaml.",
        "# Nothing here changes what the evidence says: a decision stands beside it, with your name and your reason.",
        "# The ids name what and where, so a decision outlives the next image; one that fits nothing is an error.",
        "",
        "# decision: accept, mitigated_elsewhere (with reference: where) or not_applicable. review: a day.",
        "decisions:",
    ]
    waiting = [one for one in model.threats if one.standing is Standing.OPEN]
    for one in waiting[:MOST_LISTED]:
        lines += [
            f"#  - threat: {_quoted(one.id)}",
            f"#    # {_line(one.title)}. {_line(one.why)}",
            "#    decision: accept",
            "#    reason: why this may be so",
            "#    owner: your name and role",
            f"#    date: {model.created.date().isoformat()}",
        ]
    if len(waiting) > MOST_LISTED:
        lines.append(f"#  and {len(waiting) - MOST_LISTED:,} more open threats: fairmark threats ASSESSMENT --json")
    lines += [
        "",
        "# Entry points that no image shows, such as an app. The kind says which threats are proposed there:",
        f"# {kinds}.",
        "entry_points:",
        '#  - {id: app, title: "App for telephones", kind: account, reason: "the app controls every device of a user",',
        f"#     owner: your name, date: {model.created.date().isoformat()}}}",
        "",
        "# Threats that no rule proposes, at an entry point above or of the model, with the scenarios they lead to.",
        "threats:",
        '#  - {id: watched-by-partner, title: "A partner watches the other", stride: information disclosure,',
        '#     entry: "own:app", scenarios: [takeover], reason: "two people share one account",',
        f"#     owner: your name, date: {model.created.date().isoformat()}}}",
        "",
        "# Points of Annex I part I of Regulation (EU) 2024/2847 that do not apply, and why (Article 13(4)).",
        "requirements:",
        '#  - {point: I.2.g, applies: false, reason: "the device handles no data of anybody",',
        f"#     owner: your name, date: {model.created.date().isoformat()}}}",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _line(text: str) -> str:
    """Return text of unknown origin as part of a comment: one line, printable, short, without its last stop."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return (flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]}...").rstrip(".")
