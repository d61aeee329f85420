"""Text that looks like a formula leaves as text, on every sheet; all sixty: make proof-formulas."""

import pytest

from tests.formulas.sheets import FORMULAS, Exports


@pytest.mark.slow
def test_no_sheet_carries_a_formula(db):
    exports = Exports()
    found = exports.put([FORMULAS[1], FORMULAS[22]])
    assert found.formulas == []
    assert {"groups:person_list", "groups:organisation_list", "groups:post_list"} <= found.carrying
    assert {"reporting:item_list", "programmes:obligation_list", "desk:audit_list"} <= found.names
    assert found.typed > 100
