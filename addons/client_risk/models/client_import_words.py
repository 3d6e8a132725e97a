from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# What a column of a file with purchases can mean, beside who the client is.
COLUMNS = {
    "doc_date": _lt("Document: date"),
    "doc_number": _lt("Document: number"),
    "doc_kind": _lt("Document: kind"),
    "doc_amount": _lt("Document: amount"),
    "doc_currency": _lt("Document: currency"),
    "doc_due_date": _lt("Document: to be paid until"),
    "doc_product": _lt("Document: product"),
    "doc_product_key": _lt("Document: product code"),
    "doc_category": _lt("Document: category"),
    "doc_quantity": _lt("Document: quantity"),
    "doc_key": _lt("Document: key in the accounting system"),
}
# Headers of the file that one gets to fill in; they are recognised as they stand.
TEMPLATE = {
    "sync_key": _lt("Client code"),
    "name": _lt("Client"),
    "tax_id": _lt("Tax ID"),
    "phone": _lt("Phone"),
    "doc_date": _lt("Date"),
    "doc_number": _lt("Document number"),
    "doc_kind": _lt("Document kind"),
    "doc_amount": _lt("Amount"),
    "doc_currency": _lt("Currency"),
    "doc_product_key": _lt("Product code"),
    "doc_product": _lt("Product"),
    "doc_category": _lt("Category"),
    "doc_quantity": _lt("Quantity"),
}
REASONS = {
    "doc_new": _lt("No document like this is known of the client."),
    "doc_known": _lt("This document is known, and the file says something else."),
    "doc_same": _lt("This document is known as it is."),
    "doc_gone": _lt("This document was archived by a person, and stays so."),
    "doc_missing": _lt("“%(header)s” is empty."),
    "doc_bad_date": _lt("“%(value)s” is no date: write 31.12.2026."),
    "doc_bad_number": _lt("“%(value)s” is no number."),
    "doc_bad_kind": _lt(
        "“%(value)s” is none of order, shipment, invoice, payment, return."
    ),
    "doc_unknown_client": _lt(
        "No client is like this one. Bring the clients in first, then the purchases."
    ),
    "doc_other": _lt("Row %(row)s has the same number and another client or day."),
    "doc_part": _lt("Row %(row)s of the same document has to be mended first."),
    "doc_same_name": _lt("The only client of this very name."),
}
