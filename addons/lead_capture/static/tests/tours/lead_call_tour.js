import { registry } from "@web/core/registry";
import { clickUntil, findWith } from "./click_until";

const NUMBER = "+380670001122";
const ROW = `.o_data_row:contains(${NUMBER})`;

const openLead = () =>
    clickUntil(
        () => findWith(".o_data_row", NUMBER)?.querySelector("button[name=action_open_lead]"),
        ".o_form_view .o_notebook"
    );
const openCall = () =>
    clickUntil(
        () =>
            findWith(".o_data_row", NUMBER)?.querySelector(
                ".o_list_record_open_form_view button"
            ),
        ".o_form_view [name=outcome]"
    );

const openLeadOfCall = [
    {
        content: "the call nobody took waits to be called back",
        trigger: `.o_list_view ${ROW}:contains(Not Answered)`,
    },
    {
        content: "open its lead",
        trigger: `${ROW} button[name=action_open_lead]`,
        run: openLead,
        timeout: 30000,
    },
    {
        content: "there is a task to call back",
        trigger: ".o_form_view .o-mail-Activity:contains(Call back)",
    },
];

registry.category("web_tour.tours").add("lead_capture_call_back", {
    url: "/odoo/lead-calls",
    steps: () => [
        ...openLeadOfCall,
        {
            content: "the client was called back by another telephone",
            trigger: ".o-mail-Activity:contains(Call back) .o-mail-Activity-markDone",
            run: "click",
        },
        {
            content: "what came of it",
            trigger: ".o-mail-ActivityMarkAsDone textarea",
            run: "edit Wants a price",
        },
        {
            trigger: ".o-mail-ActivityMarkAsDone button[aria-label=Done]",
            run: "click",
        },
        {
            content: "it is done, and it stands in the chatter",
            trigger: ".o-mail-Message:contains(Wants a price)",
        },
        {
            content: "nothing is to be done any more",
            trigger: ".o-mail-Chatter:not(:has(.o-mail-Activity))",
        },
    ],
});

registry.category("web_tour.tours").add("lead_capture_call", {
    url: "/odoo/lead-calls",
    steps: () => [
        ...openLeadOfCall,
        {
            content: "look at the calls of the lead",
            trigger: ".o_form_view button[name=action_open_calls]",
            run: "click",
        },
        {
            content: "open the call",
            trigger: `.o_list_view ${ROW} .o_list_record_open_form_view button`,
            run: openCall,
            timeout: 30000,
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
