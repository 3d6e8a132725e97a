from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# What a column of a file with requests can mean; the code is PREFIX and a target.
COLUMNS = {
    "req_contact_name": _lt("Request: person"),
    "req_company": _lt("Request: firm"),
    "req_phone": _lt("Request: phone"),
    "req_email": _lt("Request: e-mail"),
    "req_name": _lt("Request: subject"),
    "req_description": _lt("Request: what is wanted"),
    "req_product": _lt("Request: product"),
    "req_note": _lt("Request: note"),
    "req_region": _lt("Request: town or region"),
    "req_function": _lt("Request: position of the person"),
    "req_website": _lt("Request: site"),
    "req_tax_id": _lt("Request: tax ID"),
    "req_source": _lt("Request: source"),
    "req_event_key": _lt("Request: its own number"),
}
# The same beside what a row says, where nothing else is spoken of.
SAID = {
    "req_contact_name": _lt("Person"),
    "req_company": _lt("Firm"),
    "req_phone": _lt("Phone"),
    "req_email": _lt("E-mail"),
    "req_name": _lt("Subject"),
    "req_description": _lt("What is wanted"),
    "req_product": _lt("Product"),
    "req_region": _lt("Town"),
    "req_function": _lt("Position"),
    "req_website": _lt("Site"),
    "req_tax_id": _lt("Tax ID"),
    "req_source": _lt("Source"),
    "req_event_key": _lt("Number"),
}
# Headers of the file that one gets to fill in; they are recognised as they stand.
TEMPLATE = {
    "req_contact_name": _lt("Person"),
    "req_company": _lt("Firm"),
    "req_phone": _lt("Phone"),
    "req_email": _lt("E-mail"),
    "req_region": _lt("Town"),
    "req_product": _lt("Product"),
    "req_description": _lt("What is wanted"),
    "req_note": _lt("Note"),
}
REASONS = {
    "req_new": _lt("A request that was not brought in before."),
    "req_client": _lt("A new request of a client who is in the base."),
    "req_silent": _lt(
        "No phone and no e-mail that can be understood: nobody could answer."
    ),
    "req_same": _lt("Brought in before: it is the request %(number)s."),
    "req_twin": _lt("The same as row %(row)s of this file."),
    "req_nobody": _lt("No name, no phone and no e-mail: write at least one of them."),
    "req_bad_key": _lt("“%(value)s” cannot be the number of a request."),
    "req_other": _lt(
        "The request %(number)s has the number “%(value)s” already, and it says "
        "something else. Change the number, or leave its column out."
    ),
    "req_twin_key": _lt(
        "Row %(row)s has the number “%(value)s” too, and it says something else."
    ),
}
