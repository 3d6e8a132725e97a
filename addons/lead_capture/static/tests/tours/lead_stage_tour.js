import { registry } from "@web/core/registry";

const STAGE = (name) => `.o_statusbar_status button[data-value]:contains(${name})`;

registry.category("web_tour.tours").add("lead_stage", {
    steps: () => [
        {
            content: "the card says what is missing before anybody tries",
            trigger: "div[name=stage_missing]:contains(Need):contains(Phone)",
        },
        {
            content: "try all the same",
            trigger: `${STAGE("Need")}:visible`,
            run: "click",
        },
        {
            content: "it is refused, and says why",
            trigger: ".modal:contains(cannot go to):contains(Missing: Phone)",
        },
        { trigger: ".modal footer button:visible", run: "click" },
        {
            content: "fill it in",
            trigger: "body:not(:has(.modal)) .o_field_widget[name=phone] input:visible",
            run: "edit +380501112233 && click body",
        },
        {
            content: "nothing is missing any more",
            trigger: ".o_form_view:not(:has(div[name=stage_missing]))",
        },
        {
            content: "the stage that was chosen is still on the form: save it",
            trigger: ".o_form_button_save:enabled",
            run: "click",
        },
        { trigger: ".o_form_saved .o_arrow_button_current:contains(Need)" },
        { trigger: "button[name=action_set_won_rainbowman]:visible", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Won)" },
        { trigger: ".o_form_view a[name=stage_log]:visible", run: "click" },
        { trigger: ".o_field_widget[name=stage_log_ids] .o_data_row:contains(Need)" },
    ],
});
