import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openGroup = [
    {
        content: "open the group",
        trigger: ".o_list_view .o_data_row:contains(Warm leads) td[name=name]",
        run: "click",
    },
];

registry.category("web_tour.tours").add("client_base_warm_leads", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the app",
            trigger: ".o_app[data-menu-xmlid='client_base.client_base_menu']",
            run: "click",
        },
        {
            content: "open the groups",
            trigger: "[data-menu-xmlid='client_base.client_group_menu']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='client_base.client_group_all_menu']",
            run: "click",
        },
        ...openGroup,
        {
            content: "the rule shows its relative dates",
            trigger: ".o_field_widget[name=rule] .o_tree_editor input:value(today -90d)",
        },
        {
            content: "see who would enter",
            trigger: "button[name=action_preview_enter]:contains(1 would enter)",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains(Кафе «Каштан над рікою»)" },
        { trigger: ".o_list_view:not(:has(.o_data_row:contains(Ромашка)))" },
        {
            content: "go back",
            trigger: ".o_back_button, .breadcrumb-item a:contains(Warm leads)",
            run: "click",
        },
        {
            content: "switch the rule on",
            trigger: ".o_form_view button[name=action_switch_on]",
            run: "click",
        },
        { trigger: "button[name=action_switch_off]" },
        {
            content: "it has filled",
            trigger: "button[name=action_open_clients] .o_stat_value:contains(1)",
        },
        {
            content: "see why",
            trigger: ".o_notebook_headers a[name=stays]",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=member_ids] .o_data_row:contains(Каштан):contains(Fits the rule)",
        },
        {
            content: "write to the group",
            trigger: "button[name=action_open_mailing]",
            run: "click",
        },
        {
            content: "say what it is about",
            trigger: ".o_mass_mailing_mailing_form .o_field_widget[name=subject] input",
            run: "edit Our autumn offer",
        },
        {
            content: "choose a theme",
            trigger: ".o_mailing_template_preview_wrapper [data-name=basic]",
            run: "click",
        },
        { trigger: "html:not(:has(.o_mailing_template_preview_wrapper))" },
        ...stepUtils.saveForm(),
        {
            content: "send it",
            trigger: "button[name=action_launch]",
            run: "click",
        },
        {
            trigger: ".modal .btn-primary:contains(Send to all)",
            run: "click",
        },
        { trigger: "button[name=action_cancel]" },
    ],
});
