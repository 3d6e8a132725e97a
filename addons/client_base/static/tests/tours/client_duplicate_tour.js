import { registry } from "@web/core/registry";

/** Click until the pair opens: the list is drawn anew when fresh data arrives. */
const openPair = async () => {
    for (let attempt = 0; attempt < 10; attempt++) {
        document.querySelector(".o_data_row td[name=left_id]")?.click();
        await new Promise((resolve) => setTimeout(resolve, 1000));
        if (document.querySelector(".o_form_view .o_field_widget[name=comparison]")) {
            return;
        }
    }
};

registry.category("web_tour.tours").add("client_base_duplicate", {
    url: "/odoo/action-client_base.client_duplicate_action",
    steps: () => [
        {
            content: "the base is searched",
            trigger: ".o_main_navbar button[data-menu-xmlid='client_base.client_menu']",
            run: "click",
        },
        {
            trigger:
                ".o-dropdown-item[data-menu-xmlid='client_base.client_duplicate_start_menu']",
            run: "click",
        },
        {
            content: "look at the cards side by side",
            trigger: ".o_data_row:contains(Лариса):contains(Larisa)",
            run: openPair,
        },
        {
            content: "the evidence is said in words",
            trigger: ".o_field_widget[name=reason]:contains(Phone: the same)",
        },
        {
            content: "make them one",
            trigger: "button[name=action_open_merge]",
            run: "click",
        },
        {
            content: "the names differ, one of them stays",
            trigger: ".modal .o_data_row:contains(Name):contains(Larisa)",
        },
        {
            trigger: ".modal button[name=action_merge]",
            run: "click",
        },
        {
            content: "the card that stays is shown",
            trigger: ".o_form_view .o_field_widget[name=name], .o_form_view h1",
        },
        {
            content: "it was a mistake: look for the merge",
            trigger: ".o_main_navbar button[data-menu-xmlid='client_base.client_menu']",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item[data-menu-xmlid='client_base.client_merge_menu']",
            run: "click",
        },
        {
            content: "take it back",
            trigger: ".o_data_row:contains(Шапкець) button[name=action_undo]",
            run: "click",
        },
        {
            trigger: ".modal .btn-primary:contains(Take Back)",
            run: "click",
        },
        { trigger: ".o_data_row:contains(Шапкець):contains(Taken Back)" },
    ],
});
