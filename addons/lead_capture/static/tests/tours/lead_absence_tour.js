import { registry } from "@web/core/registry";
import { clickUntil, findWith } from "./click_until";

const openRequest = [
    {
        content: "the request is among the own ones",
        trigger: ".o_data_row:contains(Facade paint) td[name=name]",
        run: () =>
            clickUntil(
                () => findWith(".o_data_row", "Facade paint")?.querySelector("td[name=name]"),
                ".o_form_view .o_notebook"
            ),
        timeout: 30000,
    },
];

registry.category("web_tour.tours").add("lead_absence_cover", {
    url: "/odoo/my-requests",
    steps: () => [
        ...openRequest,
        {
            content: "why it came here: the owner is away",
            trigger:
                ".o_form_view .o_field_widget[name=assignment_reason]:contains(Anna is away):contains(Boris acts)",
        },
        { trigger: ".o_field_widget[name=covered_user_id]:contains(Anna)" },
        {
            content: "from now on nobody else works on it",
            trigger: "div[name=request_buttons] button[name=action_take]",
            run: "click",
        },
        { trigger: "div[name=request_buttons] button[name=action_release]" },
        {
            content: "each change of hands is a line",
            trigger: "button[name=action_open_assignments]",
            run: "click",
        },
        { trigger: ".o_data_row:contains(For an Absent Colleague)" },
    ],
});

registry.category("web_tour.tours").add("lead_absence_return", {
    url: "/odoo/my-requests",
    steps: () => [
        ...openRequest,
        {
            content: "the owner is back, and so is the request",
            trigger:
                ".o_form_view .o_field_widget[name=assignment_reason]:contains(Anna is back)",
        },
        { trigger: "div[name=request_buttons] button[name=action_take]" },
    ],
});
