from odoo import api, fields, models
from odoo.tools import SQL


class ClientDuplicateCluster(models.Model):
    """The cards that are likely one client, put together."""

    _name = "client.duplicate.cluster"
    _description = "Client with Several Cards"
    _inherit = ["client.card.bound"]
    _bound_cards = ("first_id",)
    _order = "score desc, id"

    # The lowest id: a scan that finds the same cards finds the same cluster.
    first_id = fields.Many2one(
        comodel_name="res.partner",
        string="Oldest Card",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    card_count = fields.Integer(string="Cards", readonly=True, aggregator="sum")
    score = fields.Float(
        string="Certainty",
        compute="_compute_score",
        store=True,
        aggregator="min",
        help="Of its least certain pair.",
    )
    pair_ids = fields.One2many(
        comodel_name="client.duplicate", inverse_name="cluster_id", string="Pairs"
    )
    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Cards of the Client",
        compute="_compute_partner_ids",
    )

    _first_uniq = models.Constraint("UNIQUE (first_id)", "A card is in one cluster.")

    @api.depends("first_id.name", "card_count")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_display_name(self):
        for cluster in self:
            # whoever sees one of its pairs reads the name as the system does
            cards = cluster.partner_ids.sudo(False)._filtered_access("read")
            cluster.display_name = self.env._(
                "%(name)s: cards %(count)d",
                name=cards[:1].display_name or "",
                count=cluster.card_count,
            )

    @api.depends("pair_ids.score")
    def _compute_score(self):
        for cluster in self:
            cluster.score = min(cluster.pair_ids.mapped("score"), default=0)

    @api.depends("pair_ids.left_id", "pair_ids.right_id")
    def _compute_partner_ids(self):
        for cluster in self:
            pairs = cluster.pair_ids
            cluster.partner_ids = (pairs.left_id | pairs.right_id).sorted("id")

    @api.model
    def _keep_known(self, clusters):
        """Give every cluster its row.

        :param clusters: list of lists of ids of cards, each sorted
        :return: their ids, in the same order
        """
        if not clusters:
            return []
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO client_duplicate_cluster AS cluster (
                            first_id, card_count, create_date, write_date
                          )
                     SELECT found.*, %(now)s, %(now)s
                       FROM UNNEST(%(first)s::int[], %(count)s::int[]) AS found
                ON CONFLICT (first_id) DO UPDATE
                        SET card_count = EXCLUDED.card_count
                  RETURNING first_id, id
                """,
                first=[cards[0] for cards in clusters],
                count=[len(cards) for cards in clusters],
                now=self.env.cr.now(),
            )
        )
        known = dict(rows)
        return [known[cards[0]] for cards in clusters]

    @api.model
    def _drop_empty(self):
        """Delete the clusters without a pair, and rate the others."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM client_duplicate_cluster cluster
                      WHERE NOT EXISTS (
                                SELECT 1
                                  FROM client_duplicate pair
                                 WHERE pair.cluster_id = cluster.id
                            );
                     UPDATE client_duplicate_cluster cluster
                        SET score = rated.score
                       FROM (
                             SELECT cluster_id, MIN(score) AS score
                               FROM client_duplicate
                              WHERE cluster_id IS NOT NULL
                           GROUP BY cluster_id
                            ) AS rated
                      WHERE rated.cluster_id = cluster.id
                        AND rated.score IS DISTINCT FROM cluster.score
                """
            )
        )
