"""The documents of a maker who tells everything that is asked of him."""

from datetime import UTC, datetime

from fairmark.workflows.maker_documents import Given

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)

SECURITY_TXT = b"""# How to tell us about a flaw
Contact: mailto:security@camera.example
Expires: 2027-06-30T23:59:59Z
Canonical: https://www.camera.example/.well-known/security.txt
Policy: https://www.camera.example/security/disclosure
"""
DISCLOSURE = b"""# Reporting flaws

If you find a security issue in a product of ours, write to security@camera.example.

## What happens then

We acknowledge every report within 3 working days.
You will hear how it stands at least every 14 days until it is resolved.
"""
UPDATES = b"""# Updates

Security updates are free of charge for the whole support period.
The camera downloads an update when its owner taps Install in the app.
A message in the app announces each update and says what it mends.
We fix critical flaws within 30 days of a confirmed report.

## Mended so far

CVE-2026-10001 was reported on 3 March 2026 and mended with 2.0.1 on 20 March 2026.
"""
SUPPORT = b"The EC-100 gets security updates for at least 5 years, from 1 January 2027 until 31 December 2031.\n"
PRIVACY = b"""# Your data in the EC-100

The camera stores pictures and times of events, and sends them to our cloud.
It keeps the name and e-mail address of your account.
Pictures and events are used only to show them to you, and the account only to let you in.
Example Cameras Ltd is the controller of this data.
Recordings and events are deleted after 30 days, and your account is kept until you delete it.
"""
MANUAL = b"""# Set-up

When you set up the camera, choose a password of your own.
Once a month, check that the app shows the latest firmware.
The device has a camera and a microphone.

# Selling it

To erase your data, hold the reset button for 10 seconds.
Before you sell the camera or throw it away, reset it that way.
"""
KINDS = {
    **{f"personal.{kind}": True for kind in ("pictures", "account", "usage")},
    **{f"personal.{kind}": False for kind in ("sound", "location", "network", "body", "other_kind")},
}
"""The kinds of data that the profile of the same maker states."""
TELEMETRY = b"""

The EC-100 sends telemetry on crashes and on its version to us, used only to mend faults.
"""
"""What is added to the privacy information where telemetry is collected."""
TELEMETRY_KINDS = {
    **{f"telemetry.{kind}": True for kind in ("faults", "state")},
    **{f"telemetry.{kind}": False for kind in ("use", "other_kind")},
}
ALL = {
    "security_txt": SECURITY_TXT,
    "disclosure_policy": DISCLOSURE,
    "update_policy": UPDATES,
    "support_period": SUPPORT,
    "privacy_information": PRIVACY,
    "user_instructions": MANUAL,
}


def given(**papers: bytes) -> list[Given]:
    """These documents as they are handed over."""
    return [Given(field, f"{field}.txt", content) for field, content in papers.items()]
