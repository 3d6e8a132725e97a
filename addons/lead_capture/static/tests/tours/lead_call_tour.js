import { registry } from "@web/core/registry";

const ROW = ".o_data_row:contains(+380670001122)";

registry.category("web_tour.tours").add("lead_capture_call", {
    url: "/odoo/lead-calls",
    steps: () => [
        {
            content: "the call nobody took waits to be called back",
            trigger: `.o_list_view ${ROW}:contains(Not Answered)`,
        },
        {
            content: "open its lead",
            trigger: `${ROW} button[name=action_open_lead]`,
            run: "click",
        },
        {
            content: "there is a task to call back",
            trigger: ".o_form_view .o-mail-Activity:contains(Call back)",
        },
        {
            content: "look at the calls of the lead",
            trigger: ".o_form_view button[name=action_open_calls]",
            run: "click",
        },
        {
            content: "open the call",
            trigger: `.o_list_view ${ROW} .o_list_record_open_form_view button`,
            run: "click",
        },
        {
            content: "say what came of it",
            trigger: ".o_form_view [name=outcome] .o_radio_item:contains(Wrong number) input",
            run: "click",
        },
        {
            content: "and why",
            trigger: ".o_form_view [name=outcome_note] input",
            run: "edit A bakery",
        },
        {
            content: "save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        { trigger: ".o_form_saved" },
    ],
});
