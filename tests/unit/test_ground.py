"""The scripts: what they read from files and from the environment."""

from pathlib import Path

import pytest

from ground import addons, check, databases, environment, i18n, paths, postgres
from ground.result import Result

POT = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

#: code:addons/sample/models/sample.py:0
msgid "Client"
msgstr "{translation}"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project folder, nothing set in the environment."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "ADDONS", tmp_path / "addons")
    monkeypatch.setattr(paths, "CONFIG", tmp_path / "odoo.conf")
    monkeypatch.setattr(paths, "POSTGRES", tmp_path / ".postgres")
    for variable in ("ODOO_RC", "XDG_RUNTIME_DIR", *environment.PG_VARIABLES.values()):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


def add_file(project: Path, place: str, text: str) -> Path:
    path = project / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_only_installable_addons_are_ours(project: Path) -> None:
    add_file(project, "addons/second/__manifest__.py", "{'name': 'B'}")
    add_file(project, "addons/first/__manifest__.py", "{'name': 'A'}")
    add_file(project, "addons/off/__manifest__.py", "{'installable': False}")
    add_file(project, "addons/folder/readme.txt", "")
    assert addons.names() == ["first", "second"]


@pytest.mark.parametrize(
    ("place", "differs"),
    [("views/card.xml", True), ("tests/test_card.py", False), ("README.rst", False)],
)
def test_checksum_differs_when_an_upgrade_is_due(
    project: Path, place: str, differs: bool
) -> None:
    folder = add_file(project, "addons/sample/__manifest__.py", "{}").parent
    before = addons.checksum(folder)
    add_file(folder, place, "new")
    assert (addons.checksum(folder) != before) == differs


def test_private_postgresql_unless_a_server_is_named(project: Path) -> None:
    add_file(project, "odoo.conf", "[options]\ndb_host =\ndb_user = odoo\n")
    assert not environment.names_a_server()


def test_environment_outranks_odoo_conf(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_file(project, "odoo.conf", "[options]\ndb_host = one\ndb_user = odoo\n")
    assert environment.names_a_server()
    monkeypatch.setenv("PGHOST", "two")
    found = environment.external_variables()
    assert found == {"PGHOST": "two", "PGUSER": "odoo"}


def test_socket_is_in_the_project_when_its_path_is_short(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "POSTGRES", Path("/srv/.postgres"))
    assert postgres.socket_folder() == Path("/srv/.postgres/run")


def test_socket_of_a_long_path_has_a_short_one_of_its_own(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = set()
    for name in ("a" * 120, "b" * 120):
        monkeypatch.setattr(paths, "ROOT", project / name)
        monkeypatch.setattr(paths, "POSTGRES", project / name / ".postgres")
        found.add(postgres.socket_folder())
    assert len(found) == 2
    assert all(len(str(folder)) < 80 for folder in found)


def test_two_clones_never_share_a_database(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = databases.own_name("addons")
    monkeypatch.setattr(paths, "ROOT", project / "clone")
    assert databases.own_name("addons") != first


def test_missing_and_empty_translations_are_found(project: Path) -> None:
    add_file(project, "addons/sample/i18n/sample.pot", POT.format(translation=""))
    add_file(project, "addons/sample/i18n/uk.po", POT.format(translation=""))
    assert i18n.translation_problems() == [
        "addons/sample/i18n/uk.po: no translation of 'Client'",
        "addons/sample/i18n/ru.po is missing, run script/i18n",
    ]


def test_complete_translations_are_fine(project: Path) -> None:
    add_file(project, "addons/sample/i18n/sample.pot", POT.format(translation=""))
    for language in i18n.LANGUAGES:
        text = POT.format(translation="Клієнт")
        add_file(project, f"addons/sample/i18n/{language}.po", text)
    assert i18n.translation_problems() == []


def test_terms_of_the_code_survive_an_export(project: Path) -> None:
    add_file(project, "addons/sample/i18n/uk.po", POT.format(translation="Клієнт"))
    path = project / "addons/sample/i18n/uk.po"
    known = i18n._read_translated(path)
    path.write_text(POT.format(translation=""))
    i18n._give_back(path, known)
    assert i18n._read_translated(path) == {"Client": "Клієнт"}


def test_skipped_test_counts_as_failed(capsys: pytest.CaptureFixture[str]) -> None:
    results = [Result("unit", passed=3), Result("addons", passed=2, skips=["a tour"])]
    assert check._summarise(results, 5.0) == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == "5 passed, 1 failed"
    assert "SKIPPED  a tour   (counts as failed)" in printed
