from hypothesis import given
from hypothesis import strategies as st
from lead_capture.tools import field_map
from lead_capture.tools.field_map import MapLine, read

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=20,
)
PAYLOADS = st.dictionaries(st.text(), JSON, max_size=6)
PATHS = st.text(max_size=20) | st.sampled_from(["*", "a.0", "a.*", "0", "a..b"])
LINES = st.lists(
    st.builds(MapLine, PATHS, st.sampled_from([*field_map.TARGETS]), st.text()),
    max_size=5,
)


def test_paths_reach_into_objects_and_lists():
    payload = {"contact": {"phones": ["1", "2"], "name": "Олена"}}
    reading = read(
        payload,
        [MapLine("contact.phones.1", "phone"), MapLine("contact.name", "contact_name")],
    )
    assert reading.values == {"phone": "2", "contact_name": "Олена"}
    assert reading.rest == {"contact.phones.0": "1"}


def test_star_and_bare_list_give_all():
    payload = {"phones": [{"n": "1"}, {"n": "2"}], "mails": ["a@b.c", "d@e.f"]}
    reading = read(payload, [MapLine("phones.*.n", "phone"), MapLine("mails", "email")])
    assert reading.values == {"phone": "1, 2", "email": "a@b.c, d@e.f"}
    assert reading.rest == {}


def test_field_of_a_form_may_have_dots_in_its_name():
    assert read({"contact.phone": "1"}, [MapLine("contact.phone", "phone")]).values == {
        "phone": "1"
    }


def test_common_names_need_no_map():
    payload = {
        "Your-Name": "Олена",
        "Телефон": "067",
        "data": {"E-mail": "a@b.c"},
        "comment": "Hello",
        "utm_source": "ads",
    }
    assert read(payload, []).values == {
        "contact_name": "Олена",
        "phone": "067",
        "email": "a@b.c",
        "description": "Hello",
        "source": "ads",
    }


def test_name_in_pieces_is_one_name():
    payload = {"last_name": "Косенко", "first_name": "Олена"}
    assert read(payload, []).values == {"contact_name": "Олена Косенко"}


def test_line_of_the_map_outranks_a_common_name():
    payload = {"name": "Promo", "who": "Олена"}
    reading = read(payload, [MapLine("who", "contact_name")])
    assert reading.values == {"contact_name": "Олена"}
    assert reading.rest == {"name": "Promo"}


def test_common_names_can_be_off():
    assert read({"name": "A"}, [], with_common=False).values == {}


def test_nothing_but_the_targets_is_ever_filled():
    payload = {
        "user_id": 2,
        "partner_id": 3,
        "company_id": 1,
        "order_line": [[0, 0, {"price": 0}]],
        "name": "A",
    }
    lines = [MapLine("user_id", "user_id"), MapLine("partner_id", "partner_id")]
    assert read(payload, lines).values == {"contact_name": "A"}


def test_notes_follow_the_message_under_their_labels():
    lines = [MapLine("size", "note", "Size"), MapLine("text", "description")]
    reading = read({"text": "Need\nit", "size": 42.0}, lines)
    assert reading.values == {"description": "Need\nit\nSize: 42"}


def test_each_line_says_what_it_found():
    payload = {"a": {"b": "1"}, "c": ""}
    lines = [MapLine("a", "phone"), MapLine("c", "email"), MapLine("d", "name")]
    found = read(payload, lines).found
    assert [one.problem for one in found] == ["object", "empty", "nothing"]
    assert found[0].inside == ("b",)


def test_text_loses_what_hides_and_what_breaks_lines():
    assert field_map.tidy(" A\x07\r\n\u202eB  C ", "contact_name") == "A B C"
    assert field_map.tidy("A\r\nBcc: x", "email") == "A, Bcc: x"


def test_long_text_is_cut_to_what_the_target_holds():
    assert len(read({"name": "x" * 999}, []).values["contact_name"]) == 200


def test_path_is_checked():
    problems = [
        field_map.check_path(path) for path in ("a.b.0", " ", "a..b", "a" * 201)
    ]
    assert problems == ["", "empty", "part", "long"]


@given(PAYLOADS, LINES, st.booleans())
def test_any_payload_gives_plain_short_text(payload, lines, common):
    reading = read(payload, lines, with_common=common)
    assert len(reading.found) == len(lines)
    for target, text in reading.values.items():
        assert target in field_map.TARGETS
        assert isinstance(text, str) and text == text.strip()
        assert len(text) <= field_map.TARGETS[target]
        assert "\n" not in text or target == "description"


@given(PAYLOADS)
def test_order_of_fields_changes_nothing(payload):
    turned = dict(reversed(payload.items()))
    simple = {field_map.simplify(key) for key in payload}
    if len(simple) == len(payload) and not any(
        isinstance(value, dict) for value in payload.values()
    ):
        assert read(payload, []).values == read(turned, []).values
