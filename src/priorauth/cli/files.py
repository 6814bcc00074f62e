"""`validate`, `translate` and `route`: one file at a time, nothing stored."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from priorauth.cli.output import COULD_NOT_RUN, INVALID, fail, note, running_or_exit, say, say_json, write_document
from priorauth.cli.supposing import show_changes
from priorauth.domain.parties import PartnerId, TradingPartner
from priorauth.inspection import (
    FhirValidation,
    NotReadable,
    Target,
    Validation,
    is_fhir,
    models_document,
    models_lines,
    opinion_document,
    route_documents,
    translate_message,
    validate_fhir,
    validate_file,
    validate_message,
)
from priorauth.routing.vocabulary import faults_in
from priorauth.settings import load_settings
from priorauth.tools import Tools, build_tools
from priorauth.translate.fhir_report import fhir_document, fhir_lines
from priorauth.translate.report_rendering import ReportStyle, report_document, report_lines, set_lines

STREAMED_BYTES = 4 * 1024 * 1024
"""Larger files are read set by set, with flat memory; pyx12 is not asked of them."""
CHUNK_BYTES = 256 * 1024
HEAD_BYTES = 4096
PROGRESS_SETS = 1000


def tools() -> Tools:
    """The tools on the mappings of this installation, with the sandbox's partners and directory."""
    return build_tools(load_settings(sandbox=True))


def validate(
    files: list[Path],
    *,
    as_json: bool,
    show_all: bool,
    quote: bool,
    second_opinion: bool | None,
    partner: str | None,
    version: str | None = None,
) -> int:
    """Validate files; 0 all valid, 1 at least one is not."""
    kit = tools()
    agreed = partner_named(kit, partner)
    documents: list[Mapping[str, object]] = []
    valid = True
    for file in files:
        with running_or_exit():
            if file != Path("-") and file.stat().st_size > STREAMED_BYTES and not is_fhir(head_of(file)):
                valid &= validate_long(kit, file, agreed, as_json=as_json)
                continue
            body = read_file(file)
        try:
            if is_fhir(body):
                found = validate_fhir(kit, body, version=version, partner=agreed, ask_models=second_opinion is True)
                valid &= found.is_valid
                document = fhir_document(found.report, body if quote else None)
                documents.append({"file": str(file), **document, "second_opinion": models_document(found)})
                if not as_json:
                    say_fhir(file, found, quote=quote)
                continue
            validation = validate_message(kit, body, partner=agreed, ask_pyx12=second_opinion is not False)
        except NotReadable as problem:
            valid = False
            documents.append({"file": str(file), "valid": False, "unreadable": str(problem)})
            if not as_json:
                say(
                    f"{file}: not readable: {problem}\n"
                    if is_fhir(body)
                    else f"{file}: not a readable X12 interchange: {problem}\n"
                )
            continue
        valid &= validation.is_valid
        style = ReportStyle(shows_consequences=show_all, excerpts=validation.excerpts if quote else None)
        documents.append(
            {
                "file": str(file),
                **report_document(validation.report, style),
                "second_opinion": opinion_document(validation),
            }
        )
        if not as_json:
            say(f"{file}: {'valid' if validation.is_valid else 'NOT valid'}")
            for line in (*report_lines(validation.report, style), *opinion_lines(validation)):
                say(line)
            say()
    if as_json:
        say_json({"valid": valid, "files": documents})
    return 0 if valid else INVALID


def say_fhir(file: Path, found: FhirValidation, *, quote: bool) -> None:
    """What is wrong with a FHIR document, for a terminal."""
    say(f"{file}: {'valid' if found.is_valid else 'NOT valid'}")
    for line in (*fhir_lines(found.report, found.body if quote else None), *models_lines(found)):
        say(line)
    say()


def validate_long(kit: Tools, file: Path, partner: TradingPartner | None, *, as_json: bool) -> bool:
    """Validate a long file set by set: sets with errors are printed, the rest is counted; memory stays flat."""
    sets = rejected = 0
    try:
        for report in validate_file(kit, chunks(file), partner=partner):
            sets += 1
            if not report.is_valid:
                rejected += 1
                for line in set_lines(report, ReportStyle()):
                    say(line)
            if sets % PROGRESS_SETS == 0 and sys.stderr.isatty():
                note(f"{file}: {sets} sets read, {rejected} not valid")
    except NotReadable as problem:
        say(f"{file}: not a readable X12 interchange: {problem}")
        return False
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if as_json:
        say_json({"file": str(file), "sets": sets, "not_valid": rejected, "peak_memory_mib": round(peak)})
    else:
        say(f"{file}: {sets} sets, {rejected} not valid; at most {peak:.0f} MiB of memory")
    return rejected == 0


def opinion_lines(validation: Validation) -> Iterator[str]:
    """What pyx12 makes of the same bytes, and for each difference why it is known to be wrong there."""
    opinion = validation.opinion
    if opinion is None:
        return
    if opinion.reason:
        yield f"pyx12 could give no full opinion: {opinion.reason}"
    elif not validation.disagreements:
        yield f"pyx12 agrees: {'accepted' if opinion.accepted else 'not accepted'}"
    for each in validation.disagreements:
        found = f"only {'pyx12 finds ' + each.pyx12 if each.side == 'pyx12' else 'we find ' + each.ours}"
        place = f"set {each.set} segment {each.segment} {each.segment_id}".rstrip()
        yield f"pyx12 disagrees at {place}: {found}: {each.reason or 'NOT EXPLAINED by the list of known faults'}"


def translate(file: Path, to: str, losses_file: Path | None, *, as_json: bool, version: str | None = None) -> int:
    """Print a message in another format, and nothing else; what could not cross goes to standard error."""
    with running_or_exit():
        body = read_file(file)
    try:
        translated = translate_message(tools(), body, Target(to), version=version)
    except NotReadable as problem:
        fail(f"{file}: {problem}")
    lost = [
        {"position": loss.position, "occurrence": loss.occurrence, "reason": loss.reason, "parked": loss.parked}
        for loss in translated.losses
    ]
    if as_json:
        say_json({"document": translated.body.decode(), "losses": lost})
    else:
        write_document(translated.body)
        note(f"{len(lost)} losses" if lost else "nothing was lost")
        for loss in translated.losses:
            place = f"{loss.position} ({loss.occurrence})" if loss.occurrence > 1 else loss.position
            note(f"  {place}: {loss.reason}; kept in the {loss.parked}")
    if losses_file:
        with running_or_exit():
            losses_file.write_text(json.dumps(lost, indent=2) + "\n", encoding="utf-8")
    return 0


def route(
    file: Path,
    *,
    as_of: str | None,
    facts_file: Path | None,
    as_json: bool,
    version: str | None = None,
    what_if: Mapping[str, object] | None = None,
) -> int:
    """Say where each item of a request would go and why; with suppositions, what they change."""
    with running_or_exit():
        body = read_file(file)
        given = read_facts(facts_file) if facts_file else None
    try:
        day = date.fromisoformat(as_of) if as_of else None
    except ValueError:
        fail("--as-of wants a day as YYYY-MM-DD", COULD_NOT_RUN)
    kit = tools()
    try:
        routes = asyncio.run(route_documents(kit, body, given=given, as_of=day, version=version))
        if what_if:
            supposed = asyncio.run(route_documents(kit, body, given=given, as_of=day, version=version, what_if=what_if))
            return show_changes(routes, supposed, what_if, as_json=as_json)
    except NotReadable as problem:
        fail(f"{file}: {problem}")
    if as_json:
        say_json(routes[0] if len(routes) == 1 else {"routes": routes})
        return 0
    for document in routes:
        for line in route_lines(document):
            say(line)
    return 0


def route_lines(document: Mapping[str, object]) -> Iterator[str]:
    """A route for a terminal: the winning rule, its facts with their sources, and why each other rule lost."""
    yield f"payer {document['payer']}, pack {document['pack_version']}"
    items = document["items"]
    assert isinstance(items, list)
    for item in items:
        where = item["destination"] or "nobody"
        queue = f" (queue {item['queue']})" if item["queue"] else ""
        yield f"\nitem {item['sequence']}: {item['outcome']} -> {where}{queue}"
        yield f"  rule {item['rule']}  [{item['citation'] or 'no citation'}]"
        yield f"  because {item['reason']}"
        for name, fact in item["facts"].items():
            value = "unknown" if fact["value"] is None else fact["value"]
            yield f"    {name} = {value}   from {fact['source']}"
        for name in item["unknown"]:
            yield f"    not known: {name}"
        for asked in item["requirements"]:
            doubt = f" (unless otherwise by {', '.join(asked['unknown'])})" if asked.get("unknown") else ""
            yield f"  asks: {asked['id']}: {asked['says']}{doubt}"
        for losing in item["losing"]:
            yield f"  lost: {losing['rule']}: {losing['because']}"


def partner_named(kit: Tools, name: str | None) -> TradingPartner | None:
    """The partner whose rules apply, or None for the strict ones."""
    if name is None:
        return None
    partner = kit.knowledge.partners.by_id.get(PartnerId(name))
    if partner is None:
        fail(f"there is no partner {name}; there are {', '.join(kit.knowledge.partners.by_id)}", COULD_NOT_RUN)
    return partner


def read_file(file: Path) -> bytes:
    """A file's bytes; `-` is standard input."""
    return sys.stdin.buffer.read() if file == Path("-") else file.read_bytes()


def head_of(file: Path) -> bytes:
    """Enough of a file to tell its format."""
    with file.open("rb") as stream:
        return stream.read(HEAD_BYTES)


def read_facts(file: Path) -> Mapping[str, object]:
    """The facts of a JSON or YAML file: one mapping of fact names to values."""
    from priorauth.routing.yaml_source import YamlNotReadable, read_yaml

    try:
        facts = read_yaml(str(file), file.read_text(encoding="utf-8")).data
    except YamlNotReadable:
        fail(f"{file}: not readable as JSON or YAML", COULD_NOT_RUN)
    if not isinstance(facts, dict):
        fail(f"{file}: wants one mapping of fact names to values, such as line_of_business: commercial", COULD_NOT_RUN)
    if faults := faults_in(facts):
        fail(f"{file}: {'; '.join(faults)}", COULD_NOT_RUN)
    return facts


def chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk
