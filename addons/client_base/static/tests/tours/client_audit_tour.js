import { registry } from "@web/core/registry";

const menu = (name) => [
    {
        trigger: ".o_main_navbar button[data-menu-xmlid='client_base.client_menu']",
        run: "click",
    },
    {
        trigger: `.o-dropdown-item[data-menu-xmlid='client_base.${name}']`,
        run: "click",
    },
];

const row = (...words) =>
    ".o_data_row" + words.map((word) => `:contains(${word})`).join("");

registry.category("web_tour.tours").add("client_base_audit", {
    url: "/odoo/action-client_base.client_audit_action",
    steps: () => [
        {
            content: "the base is audited by one click",
            trigger: ".o_control_panel button:contains(Run an Audit)",
            run: "click",
        },
        {
            content: "the figures are there",
            trigger: `.o_form_view ${row("Order in the Base")}`,
        },
        {
            content: "what is mine to mend",
            trigger: "header button[name=action_open_own], .o_statusbar_buttons button[name=action_open_own]",
            run: "click",
        },
        {
            content: "accept the form that is proposed for a phone",
            trigger: `${row("Кафе", "067 555 41 38 →")} button[name=action_accept]`,
            run: "click",
        },
        {
            content: "it closed",
            trigger: `.o_list_view:not(:has(${row("Кафе")}))`,
        },
        {
            content: "open the card of a client without a city",
            trigger: `${row("Магазин", "Without a city")} button[name=action_open_client]`,
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=city] input",
            run: "edit Львів",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        { trigger: ".o_form_saved" },
        ...menu("client_issue_menu"),
        {
            content: "that closed as well",
            trigger: `.o_list_view:not(:has(${row("Магазин")})) ${row("Фабрика")}`,
        },
        {
            content: "ignore the last one, with the reason",
            trigger: `${row("Фабрика")} .o_list_record_selector`,
            run: "click",
        },
        {
            trigger: ".o_cp_action_menus .dropdown-toggle",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item:contains(Ignore)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Closed for repairs",
        },
        {
            trigger: ".modal button[name=action_ignore]",
            run: "click",
        },
        {
            content: "it is asked for no longer",
            trigger: `.o_list_view:not(:has(${row("Фабрика")})):not(:has(.modal))`,
        },
        ...menu("client_audit_plan_menu"),
        { trigger: ".o_graph_view canvas" },
        ...menu("client_audit_trend_menu"),
        { trigger: ".o_graph_view canvas" },
    ],
});

const card = (...words) =>
    ".o_kanban_record" + words.map((word) => `:contains(${word})`).join("");

registry.category("web_tour.tours").add("client_base_audit_phone", {
    url: "/odoo",
    steps: () => [
        {
            content: "the morning begins with the tasks",
            trigger: ".o_menu_systray i[aria-label='Activities']",
            run: "click",
        },
        {
            content: "the task of the audit is its list",
            trigger: ".o-mail-ActivityGroup:contains(Audit of the Clients)",
            run: "click",
        },
        {
            content: "accept the form that is proposed for a phone",
            trigger: `${card("Кафе", "067 555 41 38 →")} button[name=action_accept]`,
            run: "click",
        },
        {
            content: "it says so, and closed",
            trigger: ".o_notification:contains(Mended: 1 of 1.)",
        },
        {
            trigger: `.o_kanban_view:not(:has(${card("Кафе")})) ${card("Магазин")} button[name=action_open_client]`,
            run: "click",
        },
        {
            content: "the card says why it was opened",
            trigger: ".o_form_view .alert:contains(Without a city)",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=city] input",
            run: "edit Львів",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "and says it no longer",
            trigger: ".o_form_view:not(:has(.alert:contains(Without a city)))",
        },
        {
            trigger: ".o_back_button, .o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "one is left",
            trigger: `.o_kanban_view:not(:has(${card("Магазин")})) ${card("Фабрика")} button[name=action_open_ignore]`,
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Closed for repairs",
        },
        {
            trigger: ".modal button[name=action_ignore]",
            run: "click",
        },
        {
            content: "nothing is left to mend",
            trigger: `.o_kanban_view:not(:has(${card("Фабрика")})) .o_nocontent_help`,
        },
    ],
});
