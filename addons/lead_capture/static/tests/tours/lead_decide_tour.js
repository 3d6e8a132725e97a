import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const NO_DIALOG = "body:not(:has(.modal))";
const CHOOSE = (name, text) => [
    {
        trigger: `.modal .o_field_widget[name=${name}] input:visible`,
        run: `edit ${text}`,
    },
    {
        // In bold: found, and no more the list from before anything was typed.
        trigger: `.o-autocomplete--dropdown-menu a .fw-bold:contains(${text})`,
        run: "click",
    },
];

tours.add("lead_put_on_card", {
    steps: () => [
        {
            content: "what the client wrote stands beside what the card says",
            trigger: ".o_field_widget[name=difference_ids] .o_data_row:contains(50 111 2233)",
        },
        { trigger: "button[name=action_accept]:visible", run: "click" },
        {
            content: "nothing is to be decided any more",
            trigger: ".o_form_view:not(:has(button[name=action_accept]))",
        },
        {
            content: "the lead shows the phone of the card",
            trigger: ".o_field_widget[name=phone] input:value(50 111 2233)",
        },
    ],
});

tours.add("lead_none_of_these", {
    steps: () => [
        {
            content: "two cards may be meant",
            trigger: ".o_field_widget[name=candidate_ids] .o_data_row:eq(1)",
        },
        { trigger: "button[name=action_make_client]:visible", run: "click" },
        {
            content: "the lead has a card of its own",
            trigger: ".o_form_view:not(:has(button[name=action_make_client]))",
        },
        { trigger: ".o_field_widget[name=partner_id] input:value(Taras)" },
        { trigger: ".o_form_view:not(:has(.o_field_widget[name=candidate_ids]))" },
    ],
});

tours.add("lead_give", {
    steps: () => [
        { trigger: "button:contains(Give to):visible", run: "click" },
        ...CHOOSE("user_id", "client_user"),
        {
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Knows this client from before",
        },
        { trigger: ".modal button[name=action_give]", run: "click" },
        {
            content: "everybody reads why",
            trigger: `${NO_DIALOG} .o_field_widget[name=assignment_reason]:contains(Knows this client)`,
        },
    ],
});

tours.add("lead_reject_request", {
    steps: () => [
        { trigger: "button[name=action_ask_reject]:visible", run: "click" },
        {
            content: "without a reason it is not rejected",
            trigger: ".modal button[name=action_reject]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason].o_field_invalid input",
            run: "edit Advertising",
        },
        { trigger: ".modal button[name=action_reject]", run: "click" },
        {
            content: "it is rejected, and says why",
            trigger: `${NO_DIALOG} .o_field_widget[name=reason]:contains(Advertising)`,
        },
        { trigger: "button[name=action_take_up]:visible" },
    ],
});

tours.add("lead_move_in_spite", {
    steps: () => [
        {
            trigger: "div[name=stage_missing] button:contains(in Spite):visible",
            run: "click",
        },
        {
            content: "what is missing is said once more",
            trigger: ".modal .o_field_widget[name=missing]:contains(Phone)",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit An old client",
        },
        { trigger: ".modal button[name=action_move]", run: "click" },
        {
            trigger: `${NO_DIALOG} .o_statusbar_status .o_arrow_button_current:contains(Need)`,
        },
    ],
});

tours.add("lead_connect_telegram", {
    steps: () => [
        { trigger: "a[name=telegram]:visible", run: "click" },
        { trigger: "button[name=action_connect_telegram]:visible", run: "click" },
        {
            content: "a wrong token is told in words",
            trigger: ".modal:contains(BotFather)",
        },
        { trigger: ".modal footer button:visible", run: "click" },
        { trigger: `${NO_DIALOG} button[name=action_connect_telegram]` },
    ],
});
