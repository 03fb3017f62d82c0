"""``fairmark assess``: the main job, from an image to a report."""

from pathlib import Path

import click


@click.command("assess")
@click.argument("image", type=click.Path(path_type=Path), required=False)
@click.option(
    "--device",
    "profile",
    type=click.Path(dir_okay=False, path_type=Path),
    help="device.yaml; found beside the image when not named.",
)
@click.option(
    "--sbom",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The maker's own list of components (CycloneDX JSON, SPDX JSON or tags); held against the image.",
)
@click.option(
    "--vex",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The maker's word on published flaws (OpenVEX, CSAF, CycloneDX); may be repeated.",
)
@click.option(
    "--sarif",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Report of a code scanner (SARIF 2.1.0), kept apart from our findings; may be repeated.",
)
@click.option(
    "--documents",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder with the maker's documents (security.txt, disclosure-policy.md, ...): read, never fetched.",
)
@click.option(
    "--results",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Results of tests by hand that `fairmark standards record` wrote.",
)
@click.option(
    "--marketing",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What you advertise, as sentences: supported, contradicted or empty by the evidence.",
)
@click.option(
    "--network",
    type=click.Path(dir_okay=False, path_type=Path),
    help="network.json of `fairmark probe`: what the running device answers joins the evidence.",
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the files; default: NAME-fairmark here."
)
@click.option(
    "--calibration",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Your own figures, merged over the built-in ones by id.",
)
@click.option(
    "--db",
    "database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Vulnerability database; default: the user's own, else the starter set inside the program.",
)
@click.option(
    "--carry",
    type=click.Path(dir_okay=False, path_type=Path),
    help="assessment.json of an older build: what rests on nothing that has changed is taken over, not run again. "
    "The price is where that saves time; the image is always read whole.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the assessment as JSON instead of the summary.")
@click.option("--explain-extraction", "explain", is_flag=True, help="Show how the image was opened, and nothing more.")
@click.option(
    "--fallback",
    type=click.Choice(["unblob", "none"]),
    default="unblob",
    show_default=True,
    help="Program asked about what no reader of ours opens; unblob is used where it is installed.",
)
@click.option("--all", "hints", is_flag=True, help="Keep hints (grade C): they never count in a verdict.")
@click.option("--max-bytes", type=click.IntRange(1), help="Limit: unpacked bytes in all.")
@click.option("--max-file-bytes", type=click.IntRange(1), help="Limit: bytes of one file.")
@click.option("--max-files", type=click.IntRange(1), help="Limit: number of files.")
@click.option("--max-depth", type=click.IntRange(1), help="Limit: containers inside containers.")
@click.option("--max-seconds", type=click.FloatRange(0.001), help="Limit: time for opening and scanning.")
def command(
    image: Path | None,
    *,
    profile: Path | None,
    sbom: Path | None,
    vex: tuple[Path, ...],
    sarif: tuple[Path, ...],
    documents: Path | None,
    results: Path | None,
    marketing: Path | None,
    network: Path | None,
    out: Path | None,
    calibration: Path | None,
    database: Path | None,
    carry: Path | None,
    as_json: bool,
    explain: bool,
    fallback: str,
    hints: bool,
    **limits: float | None,
) -> None:
    """Examine IMAGE (a firmware file or an extracted directory) and say what is provably wrong.

    Writes assessment.json, report.html, sbom.cdx.json, sbom.spdx.json, findings.sarif and, where a published
    flaw was matched, vex.json. Without IMAGE only documents are looked at:
    the profile's claims, and the components of the SBOM.
    """
    import math
    import os

    from fairmark.cli.session import Given, assess_and_write, show_extraction
    from fairmark.cli.show import show_json, show_text
    from fairmark.errors import WrongUsageError

    if image is None and profile is None and sbom is None:
        raise WrongUsageError("nothing to assess", hint="Try: fairmark assess firmware.bin  (or: fairmark demo)")
    if math.isnan(limits.get("max_seconds") or 0):
        raise WrongUsageError("--max-seconds is not a number", hint="Give seconds, such as 60.")
    given = Given(
        image=image,
        profile=profile,
        sbom=sbom,
        vex=vex,
        sarif=sarif,
        documents=documents,
        results=results,
        marketing=marketing,
        network=network,
        calibration=calibration,
        database=database,
        carry=carry,
        hints=hints,
        fallback=fallback,
        threads=min(2, os.cpu_count() or 1),
        limits=limits,
    )
    if explain:
        show_extraction(given, as_json=as_json)
        return
    folder = out or Path(f"{Path(os.path.realpath(image or profile or sbom or 'device')).stem}-fairmark")
    assessment, names = assess_and_write(given, folder)
    if as_json:
        show_json(assessment)
        return
    show_text(assessment, all_hints=hints)
    if taken := assessment.carried:
        priced = "The price was taken over too." if taken.price else "The price was worked out again."
        click.echo(f"\n{taken.carried} test cases were taken over, {taken.run_again} were run. {priced} {taken.trust}")
    click.echo(f"\nWritten to {folder}/: {', '.join(names)}")
    if "vex.json" not in names:
        click.echo("No vex.json: no vulnerability was matched, so there is nothing to state.")
