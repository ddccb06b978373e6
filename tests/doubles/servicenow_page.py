"""The page of the ServiceNow double: which tickets there are, newest first."""

from tests.doubles.html_page import page, text_html
from tests.doubles.http_call import Answer
from tests.doubles.servicenow_records import Entry, Record, Records
from tests.doubles.servicenow_shape import shown_value

SHOWN = 200  # tickets; a page with thousands is read by nobody
COLOURS = {
    "New": "busy",
    "Open": "busy",
    "In Progress": "busy",
    "Work in Progress": "busy",
    "Resolved": "good",
    "Closed Complete": "good",
    "On Hold": "bad",
    "Pending": "bad",
    "Closed Incomplete": "bad",
}
STYLE = """
.head { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: baseline; }
.head h2 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; flex: 1 1 20rem; }
.tally { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; margin: .8rem 0 0; }
.notes { border-top: 1px solid var(--line); margin-top: .8rem; padding-top: .5rem; }
.note { margin: .5rem 0 0; padding-left: .8rem; border-left: 3px solid var(--line); }
.note p { margin: 0; }
"""


def servicenow_page(records: Records, calls: int, refused: int, limit: int) -> Answer:
    tickets = [
        each
        for name, rows in records.records.items()
        if records.tables[name].prefix
        for each in rows.values()
    ]
    tickets.reverse()  # of one second, the later one of a table comes first
    tickets.sort(key=lambda each: each.values["sys_created_on"], reverse=True)
    said = f"{len(tickets)} tickets · {calls} calls taken · {refused} refused by the hourly limit"
    said += f" ({limit} an hour)" if limit else " (none is set)"
    parts = [f'<p class="soft">{said}</p>']
    if len(tickets) > SHOWN:
        parts.append(f'<p class="soft">The newest {SHOWN} of them:</p>')
    parts += [_ticket(each, records) for each in tickets[:SHOWN]]
    if not tickets:
        parts.append('<div class="card soft">No ticket has arrived yet.</div>')
    explanation = (
        "A double of ServiceNow's Table API, for tests and the local stack. All times are UTC."
    )
    return page("ServiceNow (double)", explanation, "".join(parts), STYLE)


def _ticket(record: Record, records: Records) -> str:
    state = shown_value(record, "state", records)
    hidden = '<span class="badge bad">hidden from the API</span>' if record.hidden else ""
    facts = {
        "Table": record.table.name,
        "Caller": shown_value(record, "caller_id", records),
        "Opened by": shown_value(record, "opened_by", records),
        "Assigned to": shown_value(record, "assigned_to", records),
        "Group": shown_value(record, "assignment_group", records),
        "Correlation id": record.values["correlation_id"],
        "Created": record.values["sys_created_on"],
        "Updated": _updated(record),
        "Resolution": _resolution(record),
        "Description": record.values["description"],
    }
    rows = "".join(
        f'<dt>{label}</dt><dd class="text{MONO.get(label, "")}">{text_html(value)}</dd>'
        for label, value in facts.items()
        if value
    )
    notes = "".join(_note(record, each) for each in reversed(record.journal))
    notes = f'<div class="notes"><span class="soft">Notes</span>{notes}</div>' if notes else ""
    return (
        f'<article class="card"><div class="head"><span class="mono">'
        f"{text_html(record.values['number'])}</span><h2>"
        f"{text_html(record.values['short_description'] or '(no short description)')}</h2>{hidden}"
        f'<span class="badge {COLOURS.get(state, "over")}">{text_html(state)}</span></div>'
        f"<dl>{rows}</dl>{notes}</article>"
    )


MONO = {"Correlation id": " mono", "Table": " mono"}


def _updated(record: Record) -> str:
    values = record.values
    times = int(values["sys_mod_count"])
    often = "once" if times == 1 else f"{times} times"
    said = f"{values['sys_updated_on']} by {values['sys_updated_by']} (changed {often})"
    return said if times else ""


def _resolution(record: Record) -> str:
    found = [record.values.get("close_code", ""), record.values["close_notes"]]
    return "\n".join(each for each in found if each)


def _note(record: Record, entry: Entry) -> str:
    column = record.table.column(entry.element)
    head = f"{entry.at} · {entry.by.name} · {column.label if column else entry.element}"
    return (
        f'<div class="note"><p class="soft">{text_html(head)}</p>'
        f'<p class="text">{text_html(entry.value)}</p></div>'
    )
