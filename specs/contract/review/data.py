"""What a review says of one contract in types that JSON knows."""

from __future__ import annotations

from typing import Any

from specs.contract.document import Contract
from specs.contract.lifecycle import Lifecycle
from specs.contract.provenance import Provenance
from specs.contract.review.findings import Findings


def data(findings: Findings) -> dict[str, Any]:
    """Return all of it; of a contract that cannot be read, what is wrong with it."""
    draft = findings.draft
    found = {
        "api": draft.name,
        "sound": findings.is_sound,
        "unreadable": findings.unreadable or None,
        "problems": [
            {
                "rule": one.rule.id,
                "level": one.rule.level,
                "pointer": one.pointer,
                "line": draft.line(one.pointer),
                "message": one.message,
            }
            for one in findings.problems
        ],
    }
    return found if findings.contract is None else found | _details(findings, findings.contract)


def _details(findings: Findings, contract: Contract) -> dict[str, Any]:
    covered, sections = findings.coverage
    return {
        "title": contract.title,
        "sha256": contract.sha256,
        "operations": len(contract.operations),
        "statements": {
            "total": len(findings.statements),
            **findings.statuses,
            "forms": {form: dict(counts) for form, counts in findings.forms.items()},
        },
        "coverage": {"sections": sections, "covered": covered},
        "sections": _sections(findings, contract),
        "requirements": [
            {
                "id": one.id,
                "kind": one.kind,
                "statement": one.statement,
                "provenance": _provenance(one.provenance),
                "uncheckable": one.uncheckable,
            }
            for one in findings.requirements
        ],
        "lifecycles": [_lifecycle(one) for one in contract.lifecycles.values()],
        "deviations": _deviations(findings),
        "guesses": [
            {"reason": reason, "statements": [one.name for one in each]}
            for reason, each in findings.guesses.items()
        ],
    }


def _sections(findings: Findings, contract: Contract) -> list[dict[str, Any]]:
    return [
        {
            "source": source,
            "section": section,
            "title": contract.sources[source].sections[section],
            "statements": sum(counts.values()),
            "forms": {form: count for form, count in counts.items() if count},
        }
        for (source, section), counts in findings.sections.items()
    ]


def _lifecycle(one: Lifecycle) -> dict[str, Any]:
    return {
        "schema": one.schema,
        "property": one.property,
        "key": one.key,
        "states": one.states,
        "names": dict(one.names),
        "initial": one.initial,
        "final": one.final,
        "creators": one.creators,
        "refusal": one.refusal,
        "provenance": _provenance(one.provenance),
        "transitions": [
            {
                "source": way.source,
                "target": way.target,
                "trigger": way.trigger,
                "label": way.label,
                "provenance": _provenance(way.provenance),
            }
            for way in one.transitions
        ],
    }


def _deviations(findings: Findings) -> list[dict[str, Any]]:
    return [
        {
            "implementation": deviation.implementation,
            "does": deviation.does,
            "known": deviation.known,
            "statements": [one.name for one in each],
        }
        for deviation, each in findings.deviations.items()
    ]


def _provenance(one: Provenance) -> dict[str, Any]:
    return {
        "status": one.status,
        **{
            key: value
            for key in ("source", "section", "implementation", "known", "reason")
            if (value := getattr(one, key))
        },
    }
