import io
import json

from odoo import api, models
from odoo.tools import SQL, split_every

from ..tools.duplicates.scan import PROPOSED
from .concurrency import meanwhile

BATCH = 5000


class ClientDuplicateStore(models.AbstractModel):
    """Brings the stored pairs in line with what a scan or a look at one card found."""

    _name = "client.duplicate.store"
    _description = "Storing of Duplicates"

    @api.model
    def _get_apart(self):
        """Say which cards are two clients: by a person, or of two companies.

        :return: callable that takes the ids of two cards, the lower one first
        """
        different = self._fetch_different()
        rows = self.env.execute_query(
            SQL("SELECT id, company_id FROM res_partner WHERE company_id IS NOT NULL")
        )
        company = dict(rows)

        def is_apart(left, right):
            ours, theirs = company.get(left), company.get(right)
            foreign = ours and theirs and ours != theirs
            return bool(foreign) or (left, right) in different

        return is_apart

    @api.model
    def _store(self, found):
        """Store the pairs of a scan of all cards; open ones that it lacks go.

        :param found: ``tools.duplicates.scan.Found``, without what ``_get_apart`` names
        :return: how many pairs are proposed as duplicates
        """
        clusters = self._store_clusters(found.clusters)
        self._delete_vanished(found.pairs)
        rows = None
        for batch in split_every(BATCH, found.pairs, list):
            with meanwhile(self._upsert, rows):
                rows = "".join(to_row(pair, clusters) for pair in batch)
        if rows:
            self._upsert(rows)
        self.env["client.duplicate.cluster"]._drop_empty()
        self.env.invalidate_all(flush=False)
        return sum(pair.score >= PROPOSED for pair in found.pairs)

    @api.model
    def _fetch_different(self):
        """:return: set of pairs that people told apart, both cards as they were then"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT pair.left_id, pair.right_id
                  FROM client_duplicate pair
                  JOIN client_duplicate_form of_left
                    ON of_left.partner_id = pair.left_id
                   AND of_left.mark = pair.left_mark
                  JOIN client_duplicate_form of_right
                    ON of_right.partner_id = pair.right_id
                   AND of_right.mark = pair.right_mark
                 WHERE pair.state = 'different'
                """
            )
        )
        return set(rows)

    @api.model
    def _follow_marks(self, former):
        """Let what people told apart stay so by the marks that their cards have now.

        :param former: id of a card -> the mark of the form that it had
        """
        if not former:
            return
        for side in ("left", "right"):
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE client_duplicate pair
                       SET %(mark)s = form.mark
                      FROM UNNEST(%(ids)s::int[], %(marks)s::text[])
                           AS former (partner_id, mark)
                      JOIN client_duplicate_form form
                        ON form.partner_id = former.partner_id
                     WHERE pair.%(card)s = former.partner_id
                       AND pair.%(mark)s = former.mark
                       AND pair.state = 'different'
                    """,
                    mark=SQL.identifier(f"{side}_mark"),
                    card=SQL.identifier(f"{side}_id"),
                    ids=list(former),
                    marks=list(former.values()),
                )
            )

    @api.model
    def _store_clusters(self, clusters):
        """:return: id of a card -> id of the cluster it is in"""
        known = self.env["client.duplicate.cluster"]._keep_known(clusters)
        return {
            card: cluster_id
            for cluster_id, cards in zip(known, clusters, strict=True)
            for card in cards
        }

    @api.model
    def _delete_vanished(self, pairs):
        """Delete open pairs that are no longer alike, and what was told apart then."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM client_duplicate pair
                      WHERE pair.state = 'open'
                        AND NOT EXISTS (
                                SELECT 1
                                  FROM UNNEST(%s::int[], %s::int[]) AS found(one, other)
                                 WHERE found.one = pair.left_id
                                   AND found.other = pair.right_id
                            )
                """,
                [pair.left for pair in pairs],
                [pair.right for pair in pairs],
            )
        )

    @api.model
    def _upsert(self, rows):
        """Write the pairs that are new or no longer what they were.

        The others are not even locked: night after night most are the same.

        :param str rows: what ``to_row`` makes, one after another
        """
        self.env.cr.execute(
            """
            CREATE TEMP TABLE IF NOT EXISTS client_duplicate_found (
                left_id int, right_id int, cluster_id int, bits numeric,
                score numeric, relation varchar, evidence jsonb
            ) ON COMMIT DROP;
            TRUNCATE client_duplicate_found
            """
        )
        self.env.cr.copy_expert(
            "COPY client_duplicate_found FROM STDIN", io.StringIO(rows), len(rows)
        )
        # no people are named, whom the database would look up for every pair
        self.env.cr.execute(
            """
            INSERT INTO client_duplicate (
                        left_id, right_id, cluster_id, bits, score, relation, evidence,
                        state, create_date, write_date
                      )
                 SELECT found.*, 'open', stamp.now, stamp.now
                   FROM client_duplicate_found AS found
             CROSS JOIN (SELECT NOW() AT TIME ZONE 'UTC' AS now) AS stamp
              LEFT JOIN client_duplicate known
                     ON known.left_id = found.left_id
                    AND known.right_id = found.right_id
                  WHERE known.id IS NULL
                     OR (known.cluster_id, known.bits, known.score, known.relation,
                         known.evidence, known.state)
                        IS DISTINCT FROM
                        (found.cluster_id, found.bits, found.score, found.relation,
                         found.evidence, 'open')
            ON CONFLICT (left_id, right_id) DO UPDATE
                    SET cluster_id = EXCLUDED.cluster_id,
                        bits = EXCLUDED.bits,
                        score = EXCLUDED.score,
                        relation = EXCLUDED.relation,
                        evidence = EXCLUDED.evidence,
                        state = EXCLUDED.state,
                        write_date = EXCLUDED.write_date
            """
        )


def to_row(pair, clusters):
    """Return a pair as a line for COPY; no method, for it must not reach the cursor.

    Nothing in it needs escaping: names of fields, levels and relations are our own.

    :param clusters: id of a card -> id of the cluster it is in
    """
    ours, theirs = clusters.get(pair.left), clusters.get(pair.right)
    is_joined = ours and ours == theirs and pair.score >= PROPOSED
    values = (
        pair.left,
        pair.right,
        ours if is_joined else r"\N",
        pair.score,
        round(pair.probability, 4),
        pair.relation or r"\N",
        json.dumps(pair.evidence),
    )
    return "\t".join(map(str, values)) + "\n"
