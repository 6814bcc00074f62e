"""`packs lint`: every pack checked, every example run."""

from __future__ import annotations

from datetime import UTC, datetime

from priorauth.adapters.knowledge import load_knowledge
from priorauth.adapters.mapping_files import mappings_folder
from priorauth.cli.output import INVALID, fail, say, say_json
from priorauth.routing.lint import LintLevel
from priorauth.routing.lint import lint as check
from priorauth.routing.packs import PackError
from priorauth.settings import load_settings


def lint(*, as_json: bool) -> int:
    """Print what is doubtful in each pack with file, line and column; 1 where something is wrong."""
    try:
        knowledge = load_knowledge(mappings_folder(load_settings().mappings), sandbox=True)
    except PackError as faults:
        fail(str(faults))
    today = datetime.now(UTC).date()
    categories = knowledge.fact_tables.categories.get("hcpcs")
    wrong = False
    documents = []
    for payer, pack in knowledge.packs.items():
        found = check(pack, as_of=today, destinations=set(knowledge.destinations), categories=categories)
        wrong |= any(each.level is LintLevel.ERROR for each in found)
        documents.append(
            {
                "payer": payer,
                "version": pack.version,
                "rules": len(pack.rules),
                "findings": [
                    {
                        "level": each.level,
                        "check": each.check,
                        "file": each.where.file,
                        "line": each.where.line,
                        "column": each.where.column,
                        "message": each.where.message,
                    }
                    for each in found
                ],
            }
        )
        if not as_json:
            say(f"{payer} {pack.version}: {len(pack.rules)} rules, {len(found)} findings")
            for each in found:
                say(f"  {payer.lower()}/{each}")
    if as_json:
        say_json({"valid": not wrong, "packs": documents})
    return INVALID if wrong else 0
