from odoo.exceptions import AccessError
from odoo.tests import Form, tagged, users, warmup

from .common import ClientCommon

SIZES = [["s", "Small"], ["m", "Middle"]]
FABRICS = [["silk", "Silk", 1], ["lace", "Lace", 2]]
SHOP_FIELDS = [
    {"name": "note", "string": "Note", "type": "char"},
    {
        "name": "size",
        "string": "Size",
        "type": "selection",
        "selection": SIZES,
    },
    {
        "name": "fabrics",
        "string": "Fabrics",
        "type": "tags",
        "tags": FABRICS,
    },
    {"name": "chain", "string": "A chain", "type": "boolean"},
]
MORE_FIELDS = [
    {"name": "opened", "string": "Opened", "type": "date"},
    {"name": "rooms", "string": "Rooms", "type": "integer"},
    {
        "name": "origin",
        "string": "Origin",
        "type": "many2one",
        "comodel": "res.country",
    },
]


@tagged("post_install", "-at_install")
class TestClientProperties(ClientCommon):
    """The extra fields of a type outlive a change of the type."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop, cls.garage, cls.plain = cls.env["client.type"].create(
            [
                {
                    "name": "Lingerie shop",
                    "properties_definition": SHOP_FIELDS,
                },
                {
                    "name": "Garage",
                    "properties_definition": [
                        {"name": "fleet", "string": "Fleet", "type": "integer"},
                        {"name": "note", "string": "Note", "type": "char"},
                        {
                            "name": "bay",
                            "string": "Bays",
                            "type": "integer",
                            "default": 2,
                        },
                    ],
                },
                {"name": "Plain"},
            ]
        )
        cls.client = cls._create_client(
            client_type_id=cls.shop.id,
            client_properties={"note": "first floor", "size": "m", "fabrics": ["lace"]},
        )

    def _get_values(self, partner):
        """:return: name -> value of what the card shows, without what is empty"""
        [values] = partner.read(["client_properties"])
        return {
            item["name"]: item["value"]
            for item in values["client_properties"]
            if item.get("value")
        }

    @users("client_user")
    def test_values_come_back_with_the_type(self):
        client = self.client.with_env(self.env)
        client.client_type_id = self.garage
        client.client_properties = {"fleet": 40, "note": "by the road", "bay": 0}
        client.client_type_id = self.shop
        self.assertEqual(
            self._get_values(client),
            {"note": "first floor", "size": "m", "fabrics": ["lace"]},
        )
        client.client_type_id = self.garage
        self.assertEqual(self._get_values(client), {"fleet": 40, "note": "by the road"})

    def test_values_outlive_a_time_without_a_type(self):
        self.client.client_type_id = False
        self.assertFalse(self._get_values(self.client))
        self.client.client_type_id = self.plain
        self.client.client_type_id = self.shop
        self.assertEqual(self._get_values(self.client)["size"], "m")

    def test_value_that_was_emptied_does_not_come_back(self):
        self.client.client_type_id = self.garage
        self.client.client_type_id = self.shop
        self.client.client_properties = {"note": False}
        self.client.client_type_id = self.shop
        self.assertFalse(self._get_values(self.client))

    def test_new_type_starts_with_its_defaults(self):
        self.client.client_type_id = self.garage
        self.assertEqual(self._get_values(self.client)["bay"], 2)

    def test_what_is_written_with_the_type_outranks_what_was_kept(self):
        self.client.client_type_id = self.garage
        self.client.write(
            {"client_type_id": self.shop.id, "client_properties": {"size": "s"}}
        )
        self.assertEqual(
            self._get_values(self.client),
            {"note": "first floor", "size": "s", "fabrics": ["lace"]},
        )

    @users("client_user")
    def test_form_shows_what_comes_back_before_it_is_saved(self):
        client = self.client.with_env(self.env)
        client.client_type_id = self.garage
        form = Form(client)
        form.client_type_id = self.shop
        shown = {item["name"]: item.get("value") for item in form.client_properties}
        self.assertEqual(shown["note"], "first floor")
        form.save()
        self.assertEqual(self._get_values(client)["size"], "m")

    def test_form_that_returns_before_it_is_saved_loses_nothing(self):
        with Form(self.client) as form:
            form.client_type_id = self.garage
            form.client_type_id = self.shop
        self.assertEqual(self._get_values(self.client)["size"], "m")

    def test_deleted_property_does_not_come_back(self):
        self.client.client_type_id = self.garage
        self.shop.properties_definition = [
            item
            for item in self.shop.properties_definition
            if item["name"] not in ("note", "size")
        ]
        self.client.client_type_id = self.shop
        self.assertEqual(self._get_values(self.client), {"fabrics": ["lace"]})

    def test_deleted_option_comes_back_empty(self):
        self.client.client_type_id = self.garage
        definition = self.shop.properties_definition
        definition[1]["selection"] = SIZES[:1]
        self.shop.properties_definition = definition
        self.client.client_type_id = self.shop
        self.assertNotIn("size", self._get_values(self.client))

    def test_deleted_type_does_no_harm(self):
        self.client.client_type_id = self.garage
        self.shop.unlink()
        self.client.client_type_id = self.plain
        self.assertFalse(self._get_values(self.client))

    def test_definition_is_changed_on_a_card(self):
        [values] = self.client.read(["client_properties"])
        item = {"name": "hall", "string": "Hall", "type": "char"}
        item["definition_changed"] = True
        self.client.client_properties = [*values["client_properties"], item]
        labels = [item["string"] for item in self.shop.properties_definition]
        self.assertIn("Hall", labels)
        self.assertEqual(self._get_values(self.client)["size"], "m")

    # === LISTS ===

    @users("client_user")
    def test_clients_are_found_and_grouped_by_every_kind_of_property(self):
        country = self.env.ref("base.ua")
        own = self.shop.properties_definition
        self.shop.sudo().properties_definition = [*own, *MORE_FIELDS]
        values = {
            "note": "by the road",
            "size": "s",
            "fabrics": ["silk"],
            "chain": True,
            "opened": "2024-02-29",
            "rooms": 4,
            "origin": country.id,
        }
        client = self._create_client("Third", client_type_id=self.shop.id)
        client.client_properties = values
        clients = self.env["res.partner"]
        domain = [("id", "in", (self.client + client).ids)]
        for name, value in values.items():
            field = f"client_properties.{name}"
            wanted = value[0] if isinstance(value, list) else value
            group = f"{field}:month" if name == "opened" else field
            with self.subTest(name=name):
                found = clients.search([*domain, (field, "=", wanted)])
                self.assertEqual(found.ids, client.ids)
                groups = clients.formatted_read_group(domain, [group], ["__count"])
                self.assertEqual(sum(item["__count"] for item in groups), 2)
                self.assertEqual(len(groups), 2)

    # === MANY CLIENTS ===

    def _create_clients(self, kind, count=2, **properties):
        return self.env["res.partner"].create(
            [
                {
                    "name": f"Client {number}",
                    "client_type_id": kind.id,
                    "client_properties": properties,
                }
                for number in range(count)
            ]
        )

    @users("client_user")
    def test_property_of_several_types_is_written_at_once(self):
        garages = self._create_clients(self.garage, fleet=7)
        clients = garages + self.client.with_env(self.env)
        clients.write({"client_properties": {"note": "moved", "fleet": 9}})
        self.assertEqual(
            self._get_values(self.client),
            {"note": "moved", "size": "m", "fabrics": ["lace"]},
        )
        for garage in garages:
            self.assertEqual(
                self._get_values(garage), {"note": "moved", "fleet": 9, "bay": 2}
            )

    def test_list_writes_only_what_it_says(self):
        other = self._create_client(
            client_type_id=self.shop.id, client_properties={"note": "cellar"}
        )
        [values] = self.client.read(["client_properties"])
        said = [
            {**item, "value": "s"}
            if item["name"] == "size"
            else {key: item[key] for key in item if key != "value"}
            for item in values["client_properties"]
        ]
        (self.client + other).write({"client_properties": said})
        self.assertEqual(self._get_values(other), {"note": "cellar", "size": "s"})
        self.assertEqual(self._get_values(self.client)["note"], "first floor")

    def test_clients_of_one_type_can_be_emptied(self):
        other = self._create_client(
            client_type_id=self.shop.id, client_properties={"note": "cellar"}
        )
        (self.client + other).write({"client_properties": {"size": "s"}})
        self.assertEqual(self._get_values(other), {"size": "s"})

    def test_several_types_are_left_at_once(self):
        [garage] = self._create_clients(self.garage, count=1, fleet=7)
        clients = self.client + garage
        clients.client_type_id = self.plain
        self.client.client_type_id = self.shop
        garage.client_type_id = self.garage
        self.assertEqual(self._get_values(self.client)["size"], "m")
        self.assertEqual(self._get_values(garage)["fleet"], 7)

    @warmup
    def test_many_clients_change_their_type_in_few_queries(self):
        clients = self._create_clients(self.shop, count=200, note="x")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(40):
            clients.client_type_id = self.garage
            self.env.flush_all()
        self.assertEqual(len(clients.filtered("client_properties")), 200)

    # === ACCESS AND MERGE ===

    def test_nobody_reads_what_is_kept(self):
        for user in (self.client_manager, self.internal_user, self.portal_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.client.with_user(user).read(["client_properties_kept"])

    def test_colleague_without_the_application_keeps_the_values_too(self):
        self.client.with_user(self.internal_user).client_type_id = self.garage
        self.client.client_type_id = self.shop
        self.assertEqual(self._get_values(self.client)["size"], "m")

    def _merge(self, kept, gone):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((kept + gone).ids, kept, extra_checks=False)
        self.env.invalidate_all()

    def test_merge_takes_over_what_the_survivor_lacks(self):
        gone = self._create_client(
            client_type_id=self.shop.id,
            client_properties={"note": "cellar", "chain": True},
        )
        self.client.client_properties = {"note": "first floor", "chain": False}
        self._merge(self.client, gone)
        self.assertEqual(self.client.client_properties["note"], "first floor")
        self.assertFalse(self.client.client_properties["chain"])
        survivor = self._create_client()
        self._merge(survivor, self.client)
        self.assertEqual(survivor.client_type_id, self.shop)
        self.assertEqual(survivor.client_properties["note"], "first floor")

    def test_merge_keeps_the_values_of_another_type(self):
        [gone] = self._create_clients(self.garage, count=1, fleet=7)
        self._merge(self.client, gone)
        self.assertEqual(self._get_values(self.client)["size"], "m")
        self.client.client_type_id = self.garage
        self.assertEqual(self._get_values(self.client)["fleet"], 7)
