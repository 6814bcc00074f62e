"""Reports as HTML, one file that needs no other. The templates stand here, so that nothing is read to write one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jinja2

from priorauth.reports.sheets import heading_of, sheets_of

_STYLE = """
body { font: 11pt/1.35 Helvetica, Arial, sans-serif; color: #1a1a1a; margin: 2rem; }
h1 { font-size: 16pt; margin: 0 0 .2rem; } h2 { font-size: 12pt; margin: 1.4rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; margin: .3rem 0; }
th, td { border: 1px solid #9aa4ad; padding: .25rem .45rem; text-align: left; vertical-align: top; }
td { font-size: 9.5pt; }
th { background: #e9edf0; font-size: 9.5pt; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .4rem 0; }
dt { color: #4a5560; } dd { margin: 0; } .note { font-size: 9pt; color: #333; } .remark { color: #8a3b00; }
section { page-break-after: always; } section:last-of-type { page-break-after: auto; }
"""

_LOG = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ heading }}</title><style>{{ style }}</style></head><body>
{% if not report.facilities %}<h1>{{ report.title }}</h1>
<p>No decisions from {{ report.from }} to {{ report.to }}.</p>
{% endif %}
{% for log in report.facilities %}<section>
<h1>{{ report.title }}</h1>
<dl><dt>Payer</dt><dd>{{ report.name }}</dd><dt>Day</dt><dd>{{ log.day }}</dd>
<dt>Hospital</dt><dd>{{ log.hospital }}{% if log.npi %} (NPI {{ log.npi }}){% endif %}</dd>
<dt>Hospital phone</dt><dd>{{ log.hospital_phone }}</dd>
<dt>Nurse</dt><dd>{{ log.reviewer }}</dd><dt>Nurse phone</dt><dd>{{ log.reviewer_phone }}</dd>
<dt>Fax</dt><dd>{{ log.fax }}</dd></dl>
{% for row in log.rows %}
<h2>{{ row.patient }}</h2>
<dl><dt>Born</dt><dd>{{ row.born }}</dd><dt>{{ report.case_number_is }}</dt><dd>{{ row.case_number }}</dd>
<dt>Hospital record number</dt><dd>{{ row.record_number }}</dd>
<dt>Client authorization number</dt><dd>{{ row.client_number }}</dd>
<dt>Admitted</dt><dd>{{ row.admitted }}</dd><dt>Discharged</dt><dd>{{ row.discharged }}</dd>
<dt>Next review</dt><dd>{{ row.next_review }}{% if row.next_review_notes %}: {{ row.next_review_notes }}{% endif %}</dd>
</dl>
<table><tr><th>Days</th><th>From</th><th>To</th><th>Requested</th><th>Decision</th><th>Approved</th><th>Reasons</th></tr>
{% for span in row.spans %}<tr><td>{{ "" if span.days is none else span.days }}</td><td>{{ span.from }}</td>
<td>{{ span.to }}</td><td>{{ span.requested }}</td><td>{{ span.decision }}</td><td>{{ span.approved }}</td>
<td>{{ span.reasons | join(" ") }}</td></tr>
{% endfor %}</table>
{% for remark in row.remarks %}<p class="note remark">To be checked: {{ remark }}</p>{% endfor %}
<p class="note">Decided by {{ row.decided_by }}{% if row.reviewer %}, {{ row.reviewer }}{% endif %}</p>
{% endfor %}
{% if report.reconsideration %}<p class="note">{{ report.reconsideration }}</p>{% endif %}
<p class="note">{{ report.disclaimer }}</p>
</section>{% endfor %}
</body></html>
"""

_TABLES = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ heading }}</title><style>{{ style }}</style></head><body>
<h1>{{ heading }}</h1>
{% for sheet in sheets %}<h2>{{ sheet.title }}</h2>
<table><tr>{% for column in sheet.columns %}<th>{{ column }}</th>{% endfor %}</tr>
{% for row in sheet.rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table>{% endfor %}
<h2>How it is counted</h2><ul>{% for each in report.conventions %}<li>{{ each }}</li>{% endfor %}</ul>
<p class="note">From {{ report.log.events }} events, the last at {{ report.log.last or "no time" }};
pack {{ report.pack_version }}.</p>
</body></html>
"""

_ENVIRONMENT = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
_TEMPLATES = {"daily-log": _ENVIRONMENT.from_string(_LOG)}
_OTHERS = _ENVIRONMENT.from_string(_TABLES)


def as_html(report: Mapping[str, Any]) -> str:
    """The report as a page."""
    template = _TEMPLATES.get(report["report"], _OTHERS)
    return template.render(report=report, sheets=sheets_of(report), heading=heading_of(report), style=_STYLE)
