"""How people are laid out: results, their page, their history, and the form that changes them."""

from rollcall.customers.presentation.actors import name_actors
from rollcall.customers.presentation.forms import (
    EDITABLE,
    FormField,
    FormGroup,
    TypedValueError,
    lay_out_fields,
    lay_out_form,
    read_changes,
    read_typed,
    text_of,
)
from rollcall.customers.presentation.histories import (
    HistoryRow,
    former_value,
    is_restorable,
    lay_out_history,
)
from rollcall.customers.presentation.people import (
    CustomerPage,
    FieldGroup,
    HitRow,
    RecordRow,
    present,
    present_hits,
)

__all__ = [
    "EDITABLE",
    "CustomerPage",
    "FieldGroup",
    "FormField",
    "FormGroup",
    "HistoryRow",
    "HitRow",
    "RecordRow",
    "TypedValueError",
    "former_value",
    "is_restorable",
    "lay_out_fields",
    "lay_out_form",
    "lay_out_history",
    "name_actors",
    "present",
    "present_hits",
    "read_changes",
    "read_typed",
    "text_of",
]
