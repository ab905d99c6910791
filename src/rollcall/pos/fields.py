"""The canonical vocabulary as connectors see it; it is defined once, in ``rollcall.kit.fields``."""

from rollcall.kit.fields import FIELDS, Fields, FieldSpec, FieldType, FieldValue

__all__ = ["FIELDS", "FieldSpec", "FieldType", "FieldValue", "Fields"]
