import { registry } from "@web/core/registry";

const searchFor = (text) => [
    {
        content: "look for the clients",
        trigger: ".o_searchview_input",
        run: `edit ${text}`,
    },
    {
        trigger: ".o_searchview_autocomplete .o-dropdown-item:first",
        run: "click",
    },
    { trigger: `.o_searchview_facet:contains(${text})` },
];

/** Click until the card opens: the list is drawn anew when fresh data arrives. */
const openFirstRow = async () => {
    for (let attempt = 0; attempt < 10; attempt++) {
        document.querySelector(".o_data_row td[name=complete_name]")?.click();
        await new Promise((resolve) => setTimeout(resolve, 1000));
        if (document.querySelector(".o_form_view .o_notebook")) {
            return;
        }
    }
};

registry.category("web_tour.tours").add("client_base_handover", {
    url: "/odoo/clients",
    steps: () => [
        ...searchFor("Крамниця у відпустку"),
        { trigger: ".o_pager_limit:contains(50)" },
        {
            content: "choose all fifty",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "hand them over",
            trigger: "button[name=action_open_handover]",
            run: "click",
        },
        {
            content: "nothing moves before somebody is named",
            trigger: ".o_field_widget[name=client_count]:contains(50)",
        },
        {
            content: "to Borys",
            trigger: ".o_field_widget[name=to_user_id] input",
            run: "edit Borys",
        },
        {
            // In bold: found, and no more the list from before anything was typed.
            trigger: ".o-autocomplete--dropdown-item .fw-bold:contains(Borys)",
            run: "click",
        },
        {
            content: "until a date",
            trigger: ".o_field_widget[name=date_until]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=date_until] input",
            run: "edit 12/31/2098",
        },
        {
            content: "because of a holiday",
            trigger: ".o_field_widget[name=reason] input",
            run: "edit Holiday",
        },
        {
            content: "fifty clients and their people",
            trigger: ".o_field_widget[name=contact_count]:contains(50)",
        },
        {
            trigger: "button[name=action_apply]",
            run: "click",
        },
        { trigger: ".o_arrow_button_current[data-value=done]" },
        {
            content: "see them with Borys",
            trigger: "button[name=action_open_clients]",
            run: "click",
        },
        { trigger: ".o_pager_limit:contains(50)" },
        {
            content: "open one of them",
            trigger: ".o_data_row:contains(Крамниця у відпустку):contains(Borys)",
            run: openFirstRow,
        },
        {
            content: "the card says for whom and until when",
            trigger: ".o_notebook_headers a[name=client_card]",
            timeout: 30000, // the form of a card is large, and loaded for the first time
            run: "click",
        },
        { trigger: "div[name=acting]:contains(Anna):contains(2098)" },
        {
            content: "back to the hand-over",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row",
        },
        {
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "Anna is back",
            trigger: "button[name=action_return]",
            run: "click",
        },
        {
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        { trigger: ".o_arrow_button_current[data-value=returned]" },
        {
            content: "her clients are with her again",
            trigger: "button[name=action_open_clients]",
            run: "click",
        },
        { trigger: ".o_data_row:contains(Крамниця у відпустку):contains(Anna)" },
        { trigger: ".o_list_view:not(:has(.o_data_row:contains(Borys)))" },
    ],
});

registry.category("web_tour.tours").add("client_base_bulk_edit", {
    url: "/odoo/clients",
    steps: () => [
        ...searchFor("над рікою"),
        { trigger: ".o_pager_limit:contains(2)" },
        {
            content: "choose both",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: "button[name=action_open_bulk_edit]",
            run: "click",
        },
        {
            content: "another city",
            trigger: ".modal .o_field_widget[name=city] input",
            run: "edit Рівне",
        },
        {
            content: "no interest",
            trigger: ".modal .o_field_widget[name=clear_interest_level] input",
            run: "click",
        },
        {
            content: "see what would change",
            trigger:
                ".modal .o_field_widget[name=preview]:contains(Рівне):contains(Interest Level)",
        },
        { trigger: ".modal .o_field_widget[name=change_count]:contains(2)" },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name=done_count]:contains(2)" },
        {
            content: "take it back",
            trigger: ".modal button[name=action_undo]",
            run: "click",
        },
        { trigger: ".modal .alert:contains(The change is taken back)" },
        {
            trigger: ".modal .modal-footer button:contains(Close)",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains(Львів)" },
    ],
});
