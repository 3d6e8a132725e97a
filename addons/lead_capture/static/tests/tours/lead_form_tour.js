import { registry } from "@web/core/registry";
import { clickUntil, findWith } from "./click_until";

const CARD = ".o_kanban_record:contains(Соломія Вітряк)";
const STAGE = (name) => `.o_statusbar_status button[data-value]:contains(${name}):visible`;
const CURRENT = (name) => `.o_statusbar_status .o_arrow_button_current:contains(${name})`;

const openCard = () =>
    clickUntil(
        () =>
            findWith(".o_kanban_record", "Соломія Вітряк")?.querySelector(
                "footer a.oe_kanban_action"
            ),
        ".o_form_view .o_notebook"
    );

const seeOnBoard = [
    {
        content: "the request of the visitor waits, with its question",
        trigger: `${CARD}:contains(Чи є у вас насіння жита)`,
    },
    {
        content: "it has an owner",
        trigger: `${CARD} .o_field_widget[name=user_id] img`,
    },
    {
        content: "and a deadline that has not passed",
        trigger: `${CARD} .o_lead_countdown.text-bg-success:contains(left)`,
        run: openCard,
        timeout: 30000,
    },
    { trigger: ".o_form_view .o_lead_countdown:contains(left)" },
];

const goOnAndWin = [
    {
        content: "the card says what the next stage asks for",
        trigger: "div[name=stage_missing]:contains(Need):contains(Expected Revenue)",
    },
    {
        content: "try all the same",
        trigger: STAGE("Need"),
        run: "click",
    },
    {
        content: "it is refused, and says why",
        trigger: ".modal:contains(cannot go to):contains(Missing: Expected Revenue)",
    },
    { trigger: ".modal footer button:visible", run: "click" },
    {
        content: "fill it in",
        trigger: "body:not(:has(.modal)) .o_field_widget[name=expected_revenue] input:visible",
        run: "edit 48000 && click body",
    },
    { trigger: ".o_form_view:not(:has(div[name=stage_missing]))" },
    {
        content: "the stage that was chosen is still on the form: save it",
        trigger: ".o_form_button_save:enabled",
        run: "click",
    },
    { trigger: `.o_form_saved ${CURRENT("Need")}` },
    {
        content: "on to the quotation",
        trigger: STAGE("Quotation"),
        run: "click",
    },
    { trigger: `.o_form_saved ${CURRENT("Quotation")}` },
    { trigger: "button[name=action_set_won_rainbowman]:visible", run: "click" },
    { trigger: CURRENT("Won") },
];

registry.category("web_tour.tours").add("lead_form_letter_to_won", {
    url: "/odoo/answer-now",
    steps: () => [
        ...seeOnBoard,
        {
            content: "answer with a letter",
            trigger: ".o-mail-Chatter-sendMessage:not([disabled])",
            run: "click",
        },
        {
            trigger: ".o-mail-Chatter .o-mail-Composer-input",
            run: "edit Добрий день! Жито є, надсилаю ціну.",
        },
        {
            trigger: ".o-mail-Chatter .o-mail-Composer-send:not([disabled])",
            run: "click",
        },
        {
            content: "the letter stands in the chatter",
            trigger: ".o-mail-Chatter .o-mail-Message:contains(Жито є)",
        },
        {
            content: "the clock has stopped",
            trigger:
                ".o_form_view:not(:has(.o_lead_countdown)):not(:has(button[name=action_answered]))",
        },
        ...goOnAndWin,
    ],
});

registry.category("web_tour.tours").add("lead_form_call_to_won", {
    url: "/odoo/answer-now",
    steps: () => [
        ...seeOnBoard,
        {
            content: "the client was called by another telephone",
            trigger: "div[name=request_buttons] button[name=action_answered]:visible",
            run: "click",
        },
        { trigger: ".modal button[name=action_answer]:visible", run: "click" },
        {
            content: "the clock has stopped",
            trigger:
                "body:not(:has(.modal)) .o_form_view:not(:has(.o_lead_countdown)):not(:has(button[name=action_answered]))",
        },
        ...goOnAndWin,
        {
            content: "nobody waits on the board any more",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb .o_back_button",
            run: "click",
        },
        { trigger: `.o_kanban_view:not(:has(${CARD}))` },
    ],
});
