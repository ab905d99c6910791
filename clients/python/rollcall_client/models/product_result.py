from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.product_result_errors_type_0 import ProductResultErrorsType0


T = TypeVar("T", bound="ProductResult")


@_attrs_define
class ProductResult:
    """What became of one product; `index` is its place in the request, from 0 on.

    Attributes:
        index (int):
        sku (None | str):
        result (str): created, updated, unchanged or invalid.
        errors (None | ProductResultErrorsType0):
    """

    index: int
    sku: None | str
    result: str
    errors: None | ProductResultErrorsType0
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.product_result_errors_type_0 import ProductResultErrorsType0  # noqa: PLC0415

        index = self.index

        sku: None | str
        sku = self.sku

        result = self.result

        errors: dict[str, Any] | None
        if isinstance(self.errors, ProductResultErrorsType0):
            errors = self.errors.to_dict()
        else:
            errors = self.errors

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "index": index,
                "sku": sku,
                "result": result,
                "errors": errors,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.product_result_errors_type_0 import ProductResultErrorsType0  # noqa: PLC0415

        d = dict(src_dict)
        index = d.pop("index")

        def _parse_sku(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        sku = _parse_sku(d.pop("sku"))

        result = d.pop("result")

        def _parse_errors(data: object) -> None | ProductResultErrorsType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                errors_type_0 = ProductResultErrorsType0.from_dict(data)

                return errors_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ProductResultErrorsType0, data)

        errors = _parse_errors(d.pop("errors"))

        product_result = cls(
            index=index,
            sku=sku,
            result=result,
            errors=errors,
        )

        product_result.additional_properties = d
        return product_result

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
