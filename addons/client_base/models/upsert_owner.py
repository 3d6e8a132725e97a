from odoo import api, models


class UpsertOwner(models.AbstractModel):
    """Lets scripts bring clients in and look for them."""

    _name = "client.upsert.owner"
    _description = "Client Known to Other Systems"

    @api.model
    def client_upsert(self, source, rows):
        """Take over clients; safe to repeat, in any order, from several scripts.

        What a person has changed here since it was told last stays. Two scripts at
        once: the later one is run again by Odoo on what the first has written.

        :param source: the name the other system gives itself
        :param rows: at most 1,000 dicts of key, name and, if you like, is_company,
            tax_id, phones, emails, street, city, zip, country, comment, version,
            contacts (dicts of key, name, function, phones, emails). What is left out
            stays as it is; what is told empty is emptied when it was told before.
        :return: for each row, in order, a dict of key, status (created, updated,
            unchanged, stale, gone, error), id (0 of an error), error_code and message;
            alike_ids where other cards may be the same client, kept where a person's
            word stands against what was told
        """
        keys = self.env["client.sync.key"]
        keys.check_access("create")
        keys.check_access("write")
        return self.env["client.upsert"]._upsert(source, rows)

    @api.model
    def client_find(self, values):
        """Look for the client that a description means.

        :param values: dict of any of id, source and key, name, is_company, tax_id,
            phones, emails, street, city, zip
        :return: dict of status ("found", "ambiguous", "none"), id (0 unless found),
            reason (a sentence), candidates (list of dicts of id, name and score from 0
            to 1, best first) and hidden_count (those the caller may not read)
        """
        self.env["client.sync.key"].check_access("read")
        return self.env["client.finder"]._find(values)
