import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const RULES = ".o_field_widget[name=field_ids]";
const NOTE = ".o_widget_client_instruction:contains(Ask the owner, not the seller.)";

// In bold: what was typed. Until it is found the list holds the first of all, and a click
// there is lost when the answer arrives.
const found = (name) => `.o-autocomplete--dropdown-item a:text(${name}) .fw-bold`;

registry.category("web_tour.tours").add("client_base_type", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the app",
            trigger: ".o_app[data-menu-xmlid='client_base.client_base_menu']",
            run: "click",
        },
        {
            content: "open the configuration",
            trigger: "button[data-menu-xmlid='client_base.client_config_menu']",
            run: "click",
        },
        {
            content: "open the types",
            trigger: ".dropdown-item[data-menu-xmlid='client_base.client_type_menu']",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains(Client Types)" },
        {
            content: "a new type",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "name it",
            trigger: ".o_field_widget[name=name] input",
            run: "edit Lingerie shop",
        },
        {
            content: "cards with gaps are not saved",
            trigger: "input.o_radio_input[data-value=block]",
            run: "click",
        },
        {
            content: "add a rule",
            trigger: `${RULES} .o_field_x2many_list_row_add a`,
            run: "click",
        },
        {
            content: "for the phone",
            trigger: `${RULES} .o_selected_row [name=field_id] input`,
            run: "edit Phone",
        },
        {
            content: "choose it",
            trigger: found("Phone"),
            run: "click",
        },
        {
            content: "it is required",
            trigger: `${RULES} .o_selected_row [name=requirement] input`,
            run: "click",
        },
        {
            content: "choose so",
            trigger: ".o_select_menu_item:contains(Required)",
            run: "click",
        },
        {
            content: "say whose phone",
            trigger: `${RULES} .o_selected_row [name=instruction] textarea`,
            run: "edit Ask the owner, not the seller.",
        },
        ...stepUtils.saveForm(),
        {
            content: "go to its own fields",
            trigger: ".o_notebook_headers a[name=own_fields]",
            run: "click",
        },
        {
            content: "add one",
            trigger: ".o_field_property_add button",
            run: "click",
        },
        {
            content: "name it",
            trigger: ".o_property_field_popover .o_field_property_definition_header",
            run: "edit Sizes && press Enter",
        },
        {
            content: "close the popover",
            trigger: ".o_form_sheet h1",
            run: "click",
        },
        { trigger: "body:not(:has(.o_property_field_popover))" },
        ...stepUtils.saveForm(),
        {
            content: "open the menu of the clients",
            trigger: "button[data-menu-xmlid='client_base.client_menu']",
            run: "click",
        },
        {
            content: "go to all of them",
            trigger: ".dropdown-item[data-menu-xmlid='client_base.client_all_menu']",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains(Clients)" },
        {
            content: "a new card",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "name the client",
            trigger: ".o_field_widget[name=name] :is(input, textarea)",
            run: "edit Крамниця «Мереживо»",
        },
        {
            content: "nothing is explained without a type",
            trigger: `.o_form_view:not(:has(${NOTE}))`,
        },
        {
            content: "say what kind of client it is",
            trigger: ".o_field_widget[name=client_type_id] input",
            run: "edit Lingerie shop",
        },
        {
            content: "choose the type",
            trigger: found("Lingerie shop"),
            run: "click",
        },
        {
            content: "the instruction stands beneath the phone",
            trigger: `div:has(.o_field_widget[name=phone].o_required_modifier) + ${NOTE}`,
        },
        {
            content: "fill in the field of the type",
            trigger: ".o_property_field:contains(Sizes) input",
            run: "edit 70-95",
        },
        {
            content: "try to save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "the form does not save without the phone",
            trigger: ".o_field_widget[name=phone].o_field_invalid",
        },
        {
            content: "fill it in",
            trigger: ".o_field_widget[name=phone] input",
            run: "edit 067 555 77 88",
        },
        ...stepUtils.saveForm(),
    ],
});
