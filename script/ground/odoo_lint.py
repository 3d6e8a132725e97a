"""pytest plugin for Odoo's own ``test_lint``: its warnings about us are failures."""

import logging
from collections.abc import Iterator

import pytest

from . import addons


@pytest.fixture(autouse=True)
def no_warning_about_our_addons(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail when a check of ``test_lint`` only logs what it found."""
    with caplog.at_level(logging.WARNING, logger="odoo.addons.test_lint"):
        yield
        found = [
            record.getMessage()
            for record in caplog.get_records("call")
            if record.name.startswith("odoo.addons.test_lint")
            and any(name in record.getMessage() for name in addons.names())
        ]
    assert not found, "\n".join(found)
