import { registry } from "@web/core/registry";

const CLIENT = "Вербиченко Трейд";
const TOLD = luxon.DateTime.now().plus({ days: 10 }).toFormat("MM/dd/yyyy");

/** Click until the profile opens: the list is drawn anew when fresh data arrives. */
const openRow = async () => {
    for (let attempt = 0; attempt < 10; attempt++) {
        const rows = [...document.querySelectorAll(".o_data_row")];
        const row = rows.find((one) => one.textContent.includes(CLIENT));
        (
            row?.querySelector(".o_list_record_open_form_view button") ||
            row?.querySelector("td[name=reason]")
        )?.click();
        await new Promise((resolve) => setTimeout(resolve, 1000));
        if (document.querySelector(".o_form_view .o_notebook")) {
            return;
        }
    }
};

registry.category("web_tour.tours").add("client_risk_morning", {
    url: "/odoo/clients-missed",
    steps: () => [
        {
            content: "who missed the date, and why",
            trigger: `.o_data_row:contains(${CLIENT}):contains(days late)`,
            run: openRow,
        },
        {
            content: "the task is given",
            trigger: ".o_form_view .o_notebook_headers a[name=tasks]",
            run: "click",
        },
        { trigger: ".o_field_widget[name=task_ids] .o_data_row:contains(Given)" },
        {
            content: "the client was called and named a date",
            trigger: ".o_statusbar_buttons button[name=action_tell_date]",
            run: "click",
        },
        {
            content: "the window says once more why he was called",
            trigger: ".modal .o_field_widget[name=reason]:contains(days late)",
        },
        {
            trigger: ".modal .o_field_widget[name=date]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=date] input",
            run: `edit ${TOLD}`,
        },
        {
            content: "what else he said",
            trigger: ".modal .o_field_widget[name=comment] input",
            run: "edit After the fair",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "the client is at risk no more",
            trigger: ".o_form_view .o_field_widget[name=status]:contains(Stable)",
        },
        {
            trigger: ".o_notebook_headers a[name=tasks]",
            run: "click",
        },
        {
            content: "the task is done",
            trigger: ".o_field_widget[name=task_ids] .o_data_row:contains(Done)",
        },
        {
            content: "back to the list",
            trigger: ".o_back_button",
            run: "click",
        },
        { trigger: `.o_list_view:not(:has(.o_data_row:contains(${CLIENT})))` },
    ],
});
