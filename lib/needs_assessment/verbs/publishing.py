"""Publishing an edition, and rebuilding what was published."""

import sys
from typing import Annotated

import typer

from needs_assessment.project import find_project
from needs_assessment.verbs.options import (
    CouncilArgument,
    CouncilOption,
    PeriodOption,
    Renderer,
    RendererOption,
    app,
    named,
)


@app.command()
def publish(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
    renderer: RendererOption = Renderer.auto,
) -> None:
    """Freeze an edition under published/<version>/, with what it was made of."""
    from needs_assessment.execution.progress import Progress
    from needs_assessment.publication.publish import publish as publish_edition

    project = find_project()
    with Progress() as progress:
        done = publish_edition(project, named(council, council_option), period, renderer, progress)
        accepted = f", with {done.accepted} problems accepted" if done.accepted else ""
        corrects = f", which corrects {done.replaces}" if done.replaces else ""
        progress.summary(
            [
                ("Published", f"version {done.number} of {done.period}{corrects}{accepted}"),
                ("Version", f"{project.relative(done.folder)}/ ({done.files} files; commit it)"),
                ("Made of", f"{project.relative(done.inputs)} (exact numbers: keep it safe)"),
                ("Renderer", done.renderer),
                ("Next", "give the next draft a number of its own in params/"),
            ]
        )


@app.command()
def verify(
    council: Annotated[str, typer.Argument(metavar="COUNCIL", help="A council in params/.")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="Published, such as 1.0.")],
    period: PeriodOption = None,
) -> None:
    """Rebuild a published version from what it was made of, and say what differs."""
    from needs_assessment.execution.progress import Progress
    from needs_assessment.publication.verify import verify as verify_version

    with Progress() as progress:
        found = verify_version(find_project(), council, version, period, progress)
    for file in found.altered:
        typer.echo(f"Not as published: {file}")
    for each in found.different:
        typer.echo(f"Differs: {each}")
    for line in found.program if found.different else ():
        typer.echo(f"Since then: {line}.")
    title = f"Version {version} of {found.period}"
    if found.same:
        typer.echo(f"{title}: all {found.files} files are the same, byte for byte.")
    else:
        typer.echo(
            f"{title}: of {found.files} files, {len(found.altered)} are not as published and"
            f" {len(found.different)} are rebuilt otherwise."
        )
    sys.exit(0 if found.same else 1)
