import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const POINTS = ".o_field_widget[name=contact_point_ids]";

registry.category("web_tour.tours").add("client_base_card", {
    url: "/odoo/clients",
    steps: () => [
        {
            content: "type some digits of the phone",
            trigger: ".o_list_view .o_searchview_input",
            run: "edit 5554138",
        },
        {
            content: "search",
            trigger: ".o_searchview_autocomplete .o-dropdown-item:contains(5554138)",
            run: "click",
        },
        { trigger: ".o_list_view:not(:has(.o_data_row:contains(Ромашка)))" },
        {
            content: "open the card",
            trigger: ".o_data_row:contains(Кафе «Каштан над рікою») td[name=complete_name]",
            run: "click",
        },
        {
            content: "go to the phones",
            trigger: ".o_notebook_headers a[name=client_points]",
            run: "click",
        },
        {
            content: "add one",
            trigger: `${POINTS} .o_field_x2many_list_row_add a`,
            run: "click",
        },
        {
            content: "type it",
            trigger: `${POINTS} .o_selected_row [name=value] input`,
            run: "edit 067 555 77 88",
        },
        ...stepUtils.saveForm(),
        {
            content: "the old one does not work",
            trigger: `${POINTS} .o_data_row:contains(555 41 38) button[name=action_fail]`,
            run: "click",
        },
        { trigger: `${POINTS} .o_data_row:contains(555 41 38):contains(Does not work)` },
        {
            content: "the new one is the primary one from now on",
            trigger: `${POINTS} .o_data_row:contains(555 77 88) button[name=action_make_primary]`,
            run: "click",
        },
        {
            content: "the card shows the new phone",
            trigger: ".o_field_widget[name=phone] input:value(555 77 88)",
        },
        {
            content: "the card is correct",
            trigger: "button[name=action_mark_reviewed]:contains(never yet)",
            run: "click",
        },
        { trigger: "button[name=action_mark_reviewed]:not(:contains(never yet))" },
    ],
});

registry.category("web_tour.tours").add("client_base_phone", {
    url: "/odoo/clients",
    steps: () => [
        {
            content: "a phone shows cards, and each can be called from there",
            trigger:
                ".o_kanban_record:contains(Кафе «Каштан над рікою») a[href^='tel:']:contains(555 41 38)",
        },
        {
            content: "open the card",
            trigger: ".o_kanban_record:contains(Кафе «Каштан над рікою») .fw-bold",
            run: "click",
        },
        {
            content: "call",
            trigger: ".o_form_view .o_field_widget[name=phone] a[href='tel:+380675554138']",
            run: ({ anchor }) => {
                // The browser of the test has no telephone.
                anchor.addEventListener("click", (ev) => ev.preventDefault());
                anchor.click();
            },
        },
        {
            content: "go to the phones",
            trigger: ".o_notebook_headers a[name=client_points]",
            run: "click",
        },
        {
            content: "nobody answers there",
            trigger: `${POINTS} .o_kanban_record:contains(555 41 38) button[name=action_fail]`,
            run: "click",
        },
        { trigger: `${POINTS} .o_kanban_record:contains(555 41 38) .text-bg-danger` },
    ],
});
