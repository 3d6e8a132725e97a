"""The form to paste into a page of any site: plain HTML and a few lines of script.

Without script it is a form like any other. With it the answer stands where the form
was, and a click too many sends nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

# A field that no person sees: who fills it in is a program.
TRAP: Final = "homepage_url"
# Says that the form is ours: its answer has words for a visitor.
MARK: Final = "_form"
EVENT_KEY: Final = "event_key"
HIDDEN: Final = (EVENT_KEY, "page", "utm_source", "utm_medium", "utm_campaign")

_TYPES: Final = {
    "contact_name": ("text", "name"),
    "phone": ("tel", "tel"),
    "email": ("email", "email"),
    "company": ("text", "organization"),
    "function": ("text", "organization-title"),
    "region": ("text", "address-level2"),
    "website": ("url", "url"),
}


@dataclass(frozen=True, slots=True)
class FormField:
    """One field that a visitor sees; ``target`` decides the keyboard of his phone."""

    name: str
    label: str
    target: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class FormTexts:
    """What the form says, in the language of its visitors (``lang``: BCP 47)."""

    button: str
    trap: str
    failure: str
    lang: str = "en"


def render(
    action: str, mark: str, fields: Sequence[FormField], texts: FormTexts
) -> Markup:
    """Return the snippet.

    :param action: address that takes the request
    :param mark: what tells the forms of one page apart: letters and digits
    """
    rows = [_render_field(f"lead-{mark}-{n}", one) for n, one in enumerate(fields)]
    return _FORM.format(
        mark=mark,
        action=action,
        lang=texts.lang,
        rows=Markup("\n").join(rows),
        trap=TRAP,
        trap_label=texts.trap,
        own=MARK,
        hidden=Markup("\n").join(_HIDDEN.format(name=name) for name in HIDDEN),
        button=texts.button,
        failure=texts.failure,
        style=_STYLE,
        script=_SCRIPT,
    )


def _render_field(identifier: str, field: FormField) -> Markup:
    kind, autocomplete = _TYPES.get(field.target, ("text", "off"))
    long = field.target == "description"
    return (_AREA if long else _INPUT).format(
        id=identifier,
        name=field.name,
        label=field.label,
        type=kind,
        autocomplete=autocomplete,
        required=Markup(" required") if field.is_required else "",
        star=_STAR if field.is_required else "",
    )


_STAR: Final = Markup(' <span aria-hidden="true">*</span>')
_INPUT: Final = Markup(
    """\
  <p>
    <label for="{id}">{label}{star}</label>
    <input id="{id}" name="{name}" type="{type}" maxlength="300" \
autocomplete="{autocomplete}"{required}>
  </p>"""
)
_AREA: Final = Markup(
    """\
  <p>
    <label for="{id}">{label}{star}</label>
    <textarea id="{id}" name="{name}" rows="4" maxlength="5000"{required}></textarea>
  </p>"""
)
_HIDDEN: Final = Markup(
    """\
  <input type="hidden" name="{name}" value="" autocomplete="off">"""
)
_STYLE: Final = Markup(
    """\
.lead-form { max-width: 32rem; font: inherit; }
.lead-form p { margin: 0 0 1rem; }
.lead-form label { display: block; margin-bottom: .25rem; }
.lead-form input, .lead-form textarea { box-sizing: border-box; width: 100%; \
padding: .6rem; border: 1px solid #767676; border-radius: .25rem; \
font: inherit; font-size: 1rem; }
.lead-form button { min-height: 2.75rem; padding: .5rem 1.5rem; border: 0; \
border-radius: .25rem; background: #1d4f91; color: #fff; font: inherit; \
font-size: 1rem; cursor: pointer; }
.lead-form button[disabled] { opacity: .6; }
.lead-form .lead-form-trap { position: absolute; left: -9999px; }
.lead-form [role=alert]:empty { display: none; }
.lead-form [role=alert] { color: #b00020; }"""
)
_SCRIPT: Final = Markup(
    """\
(function (form) {
  var button = form.querySelector("button"), note = form.querySelector("[role=alert]");
  function set(name, value) {
    form.querySelector('[name="' + name + '"]').value = value;
  }
  function renew() {  // one text is one request, however often it is sent
    var crypto = window.crypto || {};
    set("event_key", crypto.randomUUID ? crypto.randomUUID()
      : Date.now() + "-" + String(Math.random()).slice(2));
  }
  renew();
  set("page", location.origin + location.pathname);
  new URLSearchParams(location.search).forEach(function (value, name) {
    if (/^utm_(source|medium|campaign)$/.test(name)) set(name, value);
  });
  form.addEventListener("input", renew);
  form.addEventListener("submit", function (event) {
    if (!window.fetch) return;
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    note.textContent = "";
    fetch(form.getAttribute("action"), {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    }).then(function (answer) {
      return answer.json();
    }).then(function (answer) {
      button.disabled = false;
      if (!answer.request) {
        note.textContent = answer.message || form.dataset.failure;
      } else if (answer.redirect) {
        renew();
        location.assign(answer.redirect);
      } else {
        var thanks = document.createElement("p");
        thanks.className = "lead-form-thanks";
        thanks.setAttribute("role", "status");
        thanks.tabIndex = -1;
        thanks.style.whiteSpace = "pre-line";
        thanks.textContent = answer.message;
        form.replaceWith(thanks);
        thanks.focus();
      }
    }).catch(function () {
      button.disabled = false;
      if (navigator.onLine === false) note.textContent = form.dataset.failure;
      else HTMLFormElement.prototype.submit.call(form);
    });
  });
})(document.currentScript.previousElementSibling);"""
)
_FORM: Final = Markup(
    """\
<style>
{style}
</style>
<form class="lead-form" id="lead-{mark}" action="{action}" method="post" \
accept-charset="utf-8" lang="{lang}" data-failure="{failure}">
{rows}
  <p class="lead-form-trap" aria-hidden="true">
    <label>{trap_label} <input name="{trap}" tabindex="-1" autocomplete="off"></label>
  </p>
  <input type="hidden" name="{own}" value="1">
{hidden}
  <p role="alert"></p>
  <p><button type="submit">{button}</button></p>
</form>
<script>
{script}
</script>
"""
)
