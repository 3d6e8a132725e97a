from odoo import api, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# Why a row got its verdict, in words; the placeholders come from ``reason_data``.
REASONS = {
    "new": _lt("No client of the base is like this one."),
    "new_like_row": _lt("New, with a key of its own. Row %(row)s looks alike."),
    "new_same_name": _lt("New. Row %(row)s has the same name."),
    "id": _lt("The file carries our ID of this client."),
    "sync_key": _lt("The key of this client in the accounting system."),
    "tax_id": _lt("The same tax ID."),
    "contact": _lt("The same phone or e-mail, and nobody else has it."),
    "contact_name": _lt("The same name, and the same phone or e-mail."),
    "decision": _lt("Chosen by a person."),
    "likeness": _lt("A client with a name like this is in the base."),
    "alike": _lt("Looks like a client of the base. %(why)s."),
    "alike_hidden": _lt(
        "Looks like a client that you may not see. Ask the head of the clients."
    ),
    "contact_other_name": _lt(
        "The same phone or e-mail as a client with quite another name."
    ),
    "contacts_disagree": _lt("The phone and the e-mail belong to different clients."),
    "contact_shared": _lt("Several clients have this phone or e-mail."),
    "contact_other_key": _lt(
        "Looks like a client who has another key in the same accounting system."
    ),
    "tax_id_other_key": _lt(
        "The tax ID of a client who has another key in the same accounting system."
    ),
    "id_other_key": _lt(
        "The ID says one client, the key of the accounting system says another."
    ),
    "id_other_client": _lt(
        "A client has this ID, but neither his name nor his contacts are like these."
    ),
    "key_other_client": _lt(
        "A client has this key, but neither his name nor his contacts are like these."
    ),
    "key_shared": _lt("Several clients have this key."),
    "tax_id_differs": _lt("Looks like a client with a different tax ID."),
    "tax_id_shared": _lt("Several clients have this tax ID."),
    "tax_id_name": _lt("The same tax ID and the same name."),
    "tax_id_other_part": _lt(
        "The tax ID of a firm, but this looks like its branch or its employee."
    ),
    "archived": _lt("This client is in the archive."),
    "merged": _lt(
        "The tax ID, phone or e-mail of a card that was merged into this client."
    ),
    "twin": _lt("The same client as in row %(row)s of this file."),
    "unknown_id": _lt("No client has the ID %(value)s. Empty the cell, or mend it."),
    "other_company": _lt(
        "A client of %(value)s has this ID. Switch to that company and bring the file "
        "in there."
    ),
    "total": _lt("Looks like a line of totals, not like a client."),
    "no_name": _lt("Neither a name nor a phone nor an e-mail."),
    "too_long": _lt("A cell has more than %(limit)s characters. Shorten it."),
}

# Why a file cannot be read; the placeholders come from ``SheetError.params``.
BAD_FILES = {
    "wrong_type": _lt(
        "This is not an Excel or CSV file. Save it in Excel as .xlsx and try again."
    ),
    "encrypted": _lt(
        "The file is protected with a password. Take the password off in Excel, save "
        "the file and try again."
    ),
    "damaged": _lt(
        "The file is damaged. Open it in Excel, save it anew as .xlsx and try again."
    ),
    "bomb": _lt(
        "The file unpacks to far more than it should hold. Copy its table into a new "
        "Excel file and try again."
    ),
    "external": _lt(
        "The file refers to something outside of it. Copy its table into a new Excel "
        "file and try again."
    ),
    "too_big": _lt("The file is too large. Split it into smaller ones."),
    "too_many_rows": _lt(
        "The file has more than %(limit)s rows. Split it into smaller ones."
    ),
    "too_many_columns": _lt(
        "The file has more than %(limit)s columns. Delete those that are not needed; "
        "there may be a stray cell far to the right."
    ),
    "cell_too_long": _lt("A cell in row %(row)s is too long for Excel."),
    "no_header": _lt(
        "No row with the names of the columns was found. Put one above the clients, "
        "such as Name, Phone, E-mail."
    ),
    "no_rows": _lt("There is no row with a client in this file."),
    "empty": _lt("The file is empty."),
    "no_sheet": _lt("The file has no sheet named %(sheet)s."),
}


class ClientImportReason(models.AbstractModel):
    """Says in the reader's language why a row was judged as it was."""

    _name = "client.import.reason"
    _description = "Reasons of Client Files"

    def _explain(self):
        self.ensure_one()
        if self.reason_code not in REASONS:
            return self.reason_code or ""
        sentence = self.env._(REASONS[self.reason_code])
        data = dict(self.reason_data or {})
        reasons = self.env["client.duplicate.reason"]
        data["why"] = reasons._explain_plainly(data.get("evidence"))
        return sentence % data

    @api.model
    def _explain_bad_file(self, error):
        """:return: what is wrong with a file and what to do, for a ``SheetError``"""
        code = getattr(error, "code", "")
        sentence = self.env._(BAD_FILES.get(code, BAD_FILES["damaged"]))
        return sentence % getattr(error, "params", {})
