import { registry } from "@web/core/registry";

const CLIENT = "Тиха Гавань";
const ROW = `.o_data_row:contains(${CLIENT})`;

/** Click until the dialog opens: the list is drawn anew when fresh data arrives. */
const takeOff = async () => {
    for (let attempt = 0; attempt < 10; attempt++) {
        const rows = [...document.querySelectorAll(".o_data_row")];
        const row = rows.find((one) => one.textContent.includes(CLIENT));
        row?.querySelector("button[name=action_remove]")?.click();
        await new Promise((resolve) => setTimeout(resolve, 1000));
        if (document.querySelector(".modal .o_field_widget[name=reason_id]")) {
            return;
        }
    }
};

registry.category("web_tour.tours").add("client_risk_removal", {
    url: "/odoo/clients-to-drop",
    steps: () => [
        {
            content: "the client is proposed, and the head takes him off",
            trigger: `${ROW} button[name=action_remove]`,
            run: takeOff,
        },
        {
            content: "for a reason",
            trigger: ".modal .o_field_widget[name=reason_id] input",
            run: "edit Went to a competitor",
        },
        {
            // In bold: found, and no more the list from before anything was typed.
            trigger: ".o-autocomplete--dropdown-item .fw-bold:contains(Went to a competitor)",
            run: "click",
        },
        {
            content: "the reason proposes when to look again",
            trigger: ".modal .o_field_widget[name=review_date]:not(.o_field_empty)",
        },
        {
            content: "in words",
            trigger: ".modal .o_field_widget[name=comment] input",
            run: "edit Buys next door",
        },
        {
            trigger: ".modal footer button[name=action_decide]:visible",
            run: "click",
        },
        {
            content: "nobody is proposed any more",
            trigger: `.o_action_manager:not(:has(${ROW})):not(:has(.modal))`,
        },
    ],
});

registry.category("web_tour.tours").add("client_risk_returned", {
    url: "/odoo/clients-off",
    steps: () => [
        {
            content: "who has bought is not off any more: look at all",
            trigger: ".o_searchview_facet .o_facet_remove",
            run: "click",
        },
        { trigger: `${ROW}:contains(Went to a competitor):contains(Bought)` },
        { trigger: `${ROW}:not(:has(button[name=action_take_back]))` },
    ],
});
